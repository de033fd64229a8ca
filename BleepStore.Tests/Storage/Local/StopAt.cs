using BleepStore.Storage;

namespace BleepStore.Tests.Storage.Local;

/// <summary>Ends whatever reaches a crash point, as a kill would, and remembers all that were reached.</summary>
internal sealed class StopAt(string point) : ICrashPoints
{
    private readonly List<string> _hits = [];

    public List<string> Hits
    {
        get
        {
            lock (_hits)
            {
                return [.. _hits];
            }
        }
    }

    public void Hit(string name)
    {
        lock (_hits)
        {
            _hits.Add(name);
        }

        if (name == point)
        {
            throw new StoppedException(name);
        }
    }
}

/// <summary>A crash point was reached.</summary>
internal sealed class StoppedException(string message) : Exception(message);
