using BleepStore.Storage;

namespace BleepStore.Api.Hosting;

/// <summary>What the server takes from its surroundings, so that tests can give it others.</summary>
internal sealed record HostEnvironmentValues
{
    /// <summary>Environment variables by name.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ICrashPoints CrashPoints { get; init; } = NoCrashPoints.Instance;

    /// <summary>Replaces or adds registrations after all others; null for none.</summary>
    public Action<IServiceCollection>? ConfigureServices { get; init; }

    /// <summary>Replaces the console as the place that log lines go to; null for the console.</summary>
    public Action<ILoggingBuilder>? ConfigureLogging { get; init; }
}
