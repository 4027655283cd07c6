using System.Buffers;

namespace E2B.PowerShell.Terminal;

/// <summary>
/// Finds the detach key in what is typed. The beginning of one is held back until the next key, or until
/// <see cref="Release"/>, says whether it was meant.
/// </summary>
internal sealed class DetachKeyFilter(DetachKey? key)
{
    private readonly List<byte[]> _held = [];

    /// <summary>Whether keys are being held back.</summary>
    public bool IsHolding => _held.Count > 0;

    /// <summary>Passes on what was typed.</summary>
    /// <returns>Whether the detach key was among it; what was typed before it has been passed on, what follows is dropped.</returns>
    public bool Pass(ReadOnlySpan<byte> typed, IBufferWriter<byte> output)
    {
        if (key is null)
        {
            output.Write(typed);
            return false;
        }

        while (!typed.IsEmpty)
        {
            int length = key.Steps[_held.Count].Match(typed);
            if (length > 0)
            {
                if (_held.Count + 1 == key.Steps.Count)
                {
                    _held.Clear();
                    return true;
                }

                _held.Add(typed[..length].ToArray());
                typed = typed[length..];
            }
            else if (IsHolding)
            {
                FallBack(output);
            }
            else
            {
                int plain = PlainLength(typed);
                output.Write(typed[..plain]);
                typed = typed[plain..];
            }
        }

        return false;
    }

    /// <summary>Passes on what is held back: the next key did not come in time.</summary>
    public void Release(IBufferWriter<byte> output)
    {
        foreach (byte[] bytes in _held)
        {
            output.Write(bytes);
        }

        _held.Clear();
    }

    /// <summary>Gives up the oldest keys, until those left are the beginning of a detach key again.</summary>
    private void FallBack(IBufferWriter<byte> output)
    {
        do
        {
            output.Write(_held[0]);
            _held.RemoveAt(0);
        }
        while (!HeldAreBeginning());
    }

    private bool HeldAreBeginning()
    {
        for (int i = 0; i < _held.Count; i++)
        {
            if (key!.Steps[i].Match(_held[i]) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private int PlainLength(ReadOnlySpan<byte> typed)
    {
        int length = 1;
        while (length < typed.Length && key!.Steps[0].Match(typed[length..]) == 0)
        {
            length++;
        }

        return length;
    }
}
