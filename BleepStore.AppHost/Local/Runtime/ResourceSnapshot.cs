namespace BleepStore.AppHost.Local;

/// <summary>Where a resource is in its life; the words are the ones that users read.</summary>
internal enum ResourceState
{
    Waiting,
    Starting,
    Running,
    Unhealthy,
    Stopping,
    Exited,
    FailedToStart,
}

/// <summary>A link of a resource with the text that stands for it.</summary>
internal sealed record ResourceLink(string Text, string Url);

/// <summary>What the views show of a resource at one moment.</summary>
internal sealed record ResourceSnapshot(
    string Name,
    ResourceState State,
    int? ProcessId = null,
    int? ExitCode = null,
    string? Reason = null,
    IReadOnlyList<ResourceLink>? Links = null,
    double CpuPercent = 0,
    long MemoryBytes = 0,
    int Starts = 0)
{
    /// <summary>One line that says what became of the resource.</summary>
    public string Describe() => State switch
    {
        ResourceState.Starting => $"{Name}: starting (pid {ProcessId})" + (Reason is null ? "" : $", still not ready: {Reason}"),
        ResourceState.Running => $"{Name}: running (pid {ProcessId})"
            + string.Concat((Links ?? []).Select(link => $"\n  {link.Text,-12} {link.Url}")),
        ResourceState.Exited => $"{Name}: exited with code {ExitCode}",
        ResourceState.FailedToStart => $"{Name}: failed to start: {Reason}",
        ResourceState.Unhealthy => $"{Name}: unhealthy: {Reason}",
        _ => $"{Name}: {State.ToString().ToLowerInvariant()}",
    };
}
