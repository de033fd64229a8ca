namespace BleepStore.AppHost.Local;

/// <summary>Shows what happens. Calls come from any thread and must not block for long; disposing shows the last of it.</summary>
internal interface IHostView : IAsyncDisposable
{
    void Start();

    void Changed(ResourceSnapshot snapshot);

    void Log(LogLine line);

    /// <summary>Something about the host itself.</summary>
    void Notice(string text);
}
