using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace E2B.LocalServer.ControlPlane;

/// <summary>The keys that were made through the API, beside the server's own.</summary>
internal sealed class ApiKeyStore
{
    private readonly ConcurrentDictionary<Guid, ApiKeyRecord> _keys = new();
    private readonly Lock _writing = new();
    private readonly string _folder;

    public ApiKeyStore(string folder, Action<string> log)
    {
        _folder = folder;
        foreach (ApiKeyRecord key in SavedJson.ReadAll(folder, SavedJson.Default.ApiKeyRecord, log))
        {
            _keys[key.Id] = key;
        }
    }

    public IReadOnlyList<ApiKeyRecord> All => [.. _keys.Values.OrderBy(one => one.CreatedAt).ThenBy(one => one.Id)];

    /// <summary>Whether one of them has this hash.</summary>
    public bool Contains(ReadOnlySpan<byte> hash)
    {
        bool found = false;
        foreach (ApiKeyRecord key in _keys.Values)
        {
            found |= CryptographicOperations.FixedTimeEquals(hash, Convert.FromHexString(key.Hash));
        }

        return found;
    }

    /// <summary>Makes a key, which nobody can be told again.</summary>
    public (ApiKeyRecord Record, string Key) Create(string name, DateTimeOffset now)
    {
        string key = ApiKeyMask.KeyPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));
        var record = new ApiKeyRecord
        {
            Id = Guid.NewGuid(),
            Name = name,
            Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))),
            Mask = ApiKeyMask.Of(key),
            CreatedAt = now,
        };
        Save(record);
        return (record, key);
    }

    /// <returns><see langword="false"/> when there is no such key.</returns>
    public bool Rename(Guid id, string name)
    {
        lock (_writing)
        {
            if (!_keys.TryGetValue(id, out ApiKeyRecord? record))
            {
                return false;
            }

            Save(record with { Name = name });
            return true;
        }
    }

    /// <returns><see langword="false"/> when there is no such key.</returns>
    public bool Remove(Guid id)
    {
        lock (_writing)
        {
            File.Delete(RecordFile(id));
            return _keys.TryRemove(id, out _);
        }
    }

    private void Save(ApiKeyRecord record)
    {
        lock (_writing)
        {
            SavedJson.Write(RecordFile(record.Id), record, SavedJson.Default.ApiKeyRecord);
            _keys[record.Id] = record;
        }
    }

    private string RecordFile(Guid id) => Path.Combine(_folder, $"{id}.json");
}
