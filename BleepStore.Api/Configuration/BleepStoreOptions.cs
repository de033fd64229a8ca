using System.Collections.Immutable;
using BleepStore.Api.Lifecycle;

namespace BleepStore.Api.Configuration;

/// <summary>Everything that can be configured, read and checked: what the process is built from.</summary>
internal sealed record BleepStoreOptions
{
    public required ServerOptions Server { get; init; }

    public required CredentialOptions Auth { get; init; }

    public required MetadataOptions Metadata { get; init; }

    public required StorageOptions Storage { get; init; }

    public required EncryptionOptions Encryption { get; init; }

    public required LimitsOptions Limits { get; init; }

    /// <summary>Section <c>lifecycle</c>.</summary>
    public required LifecycleSettings Lifecycle { get; init; }

    public required ScrubOptions Scrub { get; init; }

    public required ObservabilityOptions Observability { get; init; }

    public required LoggingOptions Logging { get; init; }

    /// <summary>Every key with its value and where that was written, for <c>/admin/config</c>.</summary>
    public ImmutableArray<EffectiveSetting> Effective { get; init; } = [];

    /// <summary>Where the root key is kept.</summary>
    public string RootKeyPath => Encryption.RootKeyFile
        ?? Path.Join(Path.GetDirectoryName(Path.GetFullPath(Metadata.SqlitePath)), "root.key");
}
