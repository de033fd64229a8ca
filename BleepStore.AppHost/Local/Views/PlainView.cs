namespace BleepStore.AppHost.Local;

/// <summary>The view without a terminal: one line a change of state, and the resources' own lines behind their names.</summary>
internal sealed class PlainView(TextWriter output) : IHostView
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _last = [];

    public void Start()
    {
        // Every line is written at once.
    }

    public void Changed(ResourceSnapshot snapshot)
    {
        var text = snapshot.Describe();
        lock (_lock)
        {
            if (_last.GetValueOrDefault(snapshot.Name) == text)
                return;
            _last[snapshot.Name] = text;
            Write(text);
        }
    }

    public void Log(LogLine line)
    {
        lock (_lock)
            Write($"{line.Resource} | {line.Text}");
    }

    public void Notice(string text)
    {
        lock (_lock)
            Write(text);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A reader that has gone away is no reason to leave the resources unattended.</summary>
    private void Write(string text)
    {
        try
        {
            output.WriteLine(text);
            output.Flush();
        }
        catch (IOException)
        {
            // Nobody reads any more.
        }
    }
}
