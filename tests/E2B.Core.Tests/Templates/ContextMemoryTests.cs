using E2B.Templates.Context;
using E2B.Templates.Context.Archives;

namespace E2B.Core.Tests.Templates;

/// <summary>Alone, since what other tests hold would be counted too.</summary>
[CollectionDefinition(nameof(ContextMemoryTests), DisableParallelization = true)]
[Collection(nameof(ContextMemoryTests))]
public sealed class ContextMemoryTests : IDisposable
{
    private const long Limit = 100L * 1024 * 1024;

    private readonly ContextFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static bool IsSoak => Environment.GetEnvironmentVariable("E2B_SOAK") is { Length: > 0 };

    public void Dispose() => _folder.Dispose();

    /// <summary>64 MiB in 2,000 files; 2 GiB in 50,000 when <c>E2B_SOAK</c> is set.</summary>
    [Fact]
    public async Task A_large_context_is_hashed_and_packed_in_flat_memory()
    {
        (int files, long total) = IsSoak ? (50_000, 2L << 30) : (2_000, 64L << 20);
        Fill(files, total);
        GC.Collect();
        long before = Environment.WorkingSet;
        using var stop = new CancellationTokenSource();
        Task<long> most = Task.Run(() => Watch(stop.Token), Token);

        ContextSelection selection = new TemplateContext(_folder.Path).Select(".", false);
        string hash = await ContextHash.ComputeAsync(selection, "/app", Token);
        await using ContextArchive archive = await ContextArchive.CreateAsync(selection, true, Token);
        byte[] buffer = new byte[128 * 1024];
        await using Stream content = archive.OpenRead();
        while (await content.ReadAsync(buffer, Token) > 0)
        {
        }

        await stop.CancelAsync();
        long growth = await most - before;
        Assert.Equal(64, hash.Length);
        Assert.Equal(files, selection.Entries.Count(static entry => entry.Kind == ContextKind.File));
        Assert.Equal(total, selection.ContentSize);
        Assert.True(growth < Limit, $"{growth / 1024 / 1024} MiB more than before");
        TestContext.Current.TestOutputHelper?.WriteLine($"{files} files, {total >> 20} MiB: {growth >> 20} MiB more than before, archive of {archive.Length >> 20} MiB");
    }

    private static long Watch(CancellationToken stop)
    {
        long most = 0;
        while (!stop.WaitHandle.WaitOne(20))
        {
            most = Math.Max(most, Environment.WorkingSet);
        }

        return Math.Max(most, Environment.WorkingSet);
    }

    private void Fill(int files, long total)
    {
        var random = new Random(1);
        byte[] content = new byte[total / files];
        for (int i = 0; i < files; i++)
        {
            random.NextBytes(content.AsSpan(0, content.Length / 4));
            string path = _folder.At($"{i / 500}/{i}");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using FileStream file = File.Create(path);
            file.Write(content);
            if (i == 0)
            {
                file.Write(new byte[total % files]);
            }
        }
    }
}
