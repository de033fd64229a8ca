using BleepStore.Api.Auth;
using BleepStore.Api.Background;
using BleepStore.Api.Configuration;
using BleepStore.Api.Content;
using BleepStore.Api.Observability.Tracing;
using BleepStore.Metadata;
using BleepStore.Storage;

namespace BleepStore.Api.Hosting;

/// <summary>A store that this process holds: opened, locked, recovered and seeded.</summary>
/// <param name="Metadata">Everything known but the bytes.</param>
/// <param name="Storage">The bytes.</param>
/// <param name="StoreId">Which store it is.</param>
/// <param name="Boot">This start in the history of the node.</param>
/// <param name="RootKey">Wraps the secrets at rest.</param>
internal sealed record OpenedStore(IMetadataStore Metadata, IObjectStorage Storage, string StoreId, NodeBoot Boot, RootKey RootKey) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await Storage.DisposeAsync();
        await Metadata.DisposeAsync();
    }
}

/// <summary>A store that no server has, held by this process for a check.</summary>
/// <param name="Metadata">Everything known but the bytes.</param>
/// <param name="Storage">The bytes.</param>
/// <param name="Boot">A boot after all others: none runs.</param>
internal sealed record StoreUnderCheck(IMetadataStore Metadata, IObjectStorage Storage, NodeBoot Boot) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await Storage.DisposeAsync();
        await Metadata.DisposeAsync();
    }
}

/// <summary>Registers an opened store; whoever opened it disposes it.</summary>
internal static class OpenedStoreRegistration
{
    public static IServiceCollection AddStore(
        this IServiceCollection services, OpenedStore store, BleepStoreOptions options, HostEnvironmentValues environment)
    {
        services.AddSingleton(store);
        services.AddSingleton<IMetadataStore>(_ => new TracedMetadataStore(store.Metadata));
        services.AddSingleton<IObjectStorage>(_ => new TracedObjectStorage(store.Storage));
        services.AddSingleton(store.Boot);
        services.AddSingleton(store.RootKey);
        services.AddSingleton(_ => RootKeyRotation.Of(options, environment, store.Metadata, store.RootKey));
        services.AddSingleton(new BlobIdSource(store.Boot.Node, store.Boot.Boot));
        services.AddSingleton(InlineLimit.Of(options.Storage.InlineThreshold, store.Metadata.MaxInlineBytes));
        services.AddSingleton(environment.CrashPoints);
        services.AddSingleton<ICredentialLookup, StoreCredentialLookup>();
        services.AddSingleton(FreeSpaceGuard.Of(
            store.Storage,
            options.Storage.Backend == StorageBackend.Local ? Path.GetFullPath(options.Storage.LocalRoot) : null,
            store.Metadata,
            options.Metadata.Engine == MetadataEngine.Sqlite ? Path.GetDirectoryName(Path.GetFullPath(options.Metadata.SqlitePath)) : null,
            options.Storage.MinFree,
            environment.Time));
        return services;
    }
}
