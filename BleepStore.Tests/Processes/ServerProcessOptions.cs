namespace BleepStore.Tests.Processes;

/// <summary>What a server under test is started with; the defaults give a store of its own on free loopback ports.</summary>
internal sealed record ServerProcessOptions
{
    /// <summary>Where metadata and blobs lie. Null takes a fresh temporary directory, removed when the server is disposed.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Flags after the ones every server gets (<c>--host --port --ready-file</c>).</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Added to the environment, over everything that is set by default; a null value removes the variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>0 takes a free port, another one at each start.</summary>
    public int Port { get; init; }

    public string Executable { get; init; } = RepositoryPaths.ServerExecutable;

    /// <summary>How long the ready file may take to appear.</summary>
    public TimeSpan ReadyTimeout { get; init; } = Patience.Limit;

    /// <summary>How long an orderly stop may take after SIGTERM.</summary>
    public TimeSpan StopTimeout { get; init; } = Patience.Limit;
}
