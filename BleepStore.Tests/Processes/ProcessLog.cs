namespace BleepStore.Tests.Processes;

/// <summary>Keeps what a process wrote, line by line, so that a failure can show it. Safe from several threads.</summary>
internal sealed class ProcessLog
{
    private readonly Lock _lock = new();
    private readonly List<string> _standardOutput = [];
    private readonly List<string> _standardError = [];
    private readonly List<string> _all = [];

    /// <summary>Whole lines of standard output so far.</summary>
    public IReadOnlyList<string> StandardOutput
    {
        get
        {
            lock (_lock)
                return [.. _standardOutput];
        }
    }

    /// <summary>Whole lines of standard error so far.</summary>
    public IReadOnlyList<string> StandardError
    {
        get
        {
            lock (_lock)
                return [.. _standardError];
        }
    }

    /// <summary>Both streams in the order of their arrival.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
                return [.. _all];
        }
    }

    public void AddOutput(string line) => Add(_standardOutput, line);

    public void AddError(string line) => Add(_standardError, line);

    /// <summary>The last lines of both streams, for the message of a failure.</summary>
    public string Tail(int lines)
    {
        var all = Lines;
        var tail = string.Join('\n', all.Skip(Math.Max(0, all.Count - lines)));
        return tail.Length == 0 ? "(nothing was written)" : tail;
    }

    public override string ToString() => string.Join('\n', Lines);

    private void Add(List<string> stream, string line)
    {
        lock (_lock)
        {
            stream.Add(line);
            _all.Add(line);
        }
    }
}
