using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using BleepStore.Api.Auth;
using BleepStore.Api.Background;
using BleepStore.Api.CommandLine;
using BleepStore.Api.Configuration;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Memory;
using BleepStore.Metadata.Records;
using BleepStore.Metadata.Sqlite;
using BleepStore.Storage;
using BleepStore.Storage.FileSystem;
using BleepStore.Storage.Local;
using BleepStore.Storage.Local.Packs;
using BleepStore.Storage.Memory;

namespace BleepStore.Api.Hosting;

/// <summary>
/// Start is recovery: takes the metadata and the storage root for this process, makes sure they belong together, begins a boot whose blob ids
/// were never used, and seeds accounts and buckets. Nothing was cleanly shut down before.
/// </summary>
internal static class StoreOpening
{
    // The number of an embedded node.
    private const uint Node = 0;

    /// <summary>The store, ready to serve.</summary>
    /// <exception cref="StartException">It cannot be opened, in one sentence.</exception>
    public static async Task<OpenedStore> OpenAsync(
        BleepStoreOptions options, HostEnvironmentValues environment, CancellationToken cancellationToken)
    {
        try
        {
            return await OpenPartsAsync(options, environment, cancellationToken);
        }
        catch (Exception e) when (IsExpected(e))
        {
            throw new StartException(ExitCodes.StoreUnavailable, $"The store cannot be opened. {e.Message}", e);
        }
    }

    /// <summary>The store as it lies there, for a check while no server runs: no boot is begun, nothing is recovered, seeded or swept.</summary>
    /// <param name="mayRepair">True to let commands and deletions through; false to change nothing but the locks.</param>
    /// <exception cref="StartException">It cannot be opened, in one sentence.</exception>
    public static async Task<StoreUnderCheck> OpenForCheckAsync(BleepStoreOptions options, bool mayRepair, CancellationToken cancellationToken)
    {
        if (options.Metadata.Engine != MetadataEngine.Sqlite || options.Storage.Backend != StorageBackend.Local)
        {
            throw new StartException(ExitCodes.Usage, "What is kept in memory is gone with its process: there is no store to check.");
        }

        foreach (var path in new[] { options.Metadata.SqlitePath, options.Storage.LocalRoot }.Where(path => !Path.Exists(path)))
        {
            // Opening for repair would make an empty store there.
            throw new StartException(ExitCodes.StoreUnavailable, $"There is no store: {Path.GetFullPath(path)} does not exist.");
        }

        try
        {
            return await OpenPartsForCheckAsync(options, mayRepair, cancellationToken);
        }
        catch (Exception e) when (IsExpected(e))
        {
            var advice = e is StoreLockedException or MetadataUnavailableException { InnerException: IOException }
                ? " A running server checks its own store: POST /admin/fsck or /admin/scrub on its admin listener."
                : "";
            throw new StartException(ExitCodes.StoreUnavailable, $"The store cannot be opened. {e.Message}{advice}", e);
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The parts belong to the opened store, or are disposed by the catch.")]
    private static async Task<StoreUnderCheck> OpenPartsForCheckAsync(BleepStoreOptions options, bool mayRepair, CancellationToken cancellationToken)
    {
        var metadata = OpenMetadata(options.Metadata, NoCrashPoints.Instance, isReadOnly: !mayRepair);
        StorageRoot? root = null;
        LocalObjectStorage? storage = null;
        try
        {
            root = mayRepair
                ? StorageRoot.Open(new PhysicalFileSystem(), options.Storage.LocalRoot)
                : StorageRoot.Inspect(new PhysicalFileSystem(), options.Storage.LocalRoot);
            _ = IdentityOf(metadata, root);
            var (_, known, rootHighest) = await ReadBootsAsync(metadata, root, cancellationToken);
            // Without upkeep of packs: whoever repairs decides what is written.
            storage = new LocalObjectStorage(root, packs: PackOptions.Off);
            root = null;
            await CheckBackendsAsync(metadata, storage, cancellationToken);
            // As after all boots: whatever there is is over.
            return new StoreUnderCheck(metadata, storage, new NodeBoot(Node, uint.MaxValue, MaySweep: rootHighest <= known));
        }
        catch
        {
            root?.Dispose();
            if (storage is not null)
            {
                await storage.DisposeAsync();
            }

            await metadata.DisposeAsync();
            throw;
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The parts belong to the opened store, or are disposed by the catch.")]
    private static async Task<OpenedStore> OpenPartsAsync(
        BleepStoreOptions options, HostEnvironmentValues environment, CancellationToken cancellationToken)
    {
        var metadata = OpenMetadata(options.Metadata, environment.CrashPoints);
        StorageRoot? root = null;
        IObjectStorage? storage = null;
        try
        {
            root = options.Storage.Backend == StorageBackend.Local
                ? StorageRoot.Open(new PhysicalFileSystem(), options.Storage.LocalRoot)
                : null;
            var storeId = IdentityOf(metadata, root);
            // Durable before the first row that it wraps; nothing may come in its place once there are such rows.
            var rootKey = await OpenRootKeyAsync(options, environment, metadata, cancellationToken);
            var boot = await BeginBootAsync(metadata, root, storeId, environment.Time, cancellationToken);
            var packs = new PackOptions { Threshold = (int)options.Storage.LocalPackThreshold };
            storage = root is null
                ? new MemoryObjectStorage(options.Storage.MemoryMaxSize)
                : new LocalObjectStorage(root, environment.CrashPoints, packs, environment.Time);
            root = null;
            await CheckBackendsAsync(metadata, storage, cancellationToken);
            using (var rotation = RootKeyRotation.Of(options, environment, metadata, rootKey))
            {
                await rotation.FinishAsync(cancellationToken);
            }

            await new StoreSeeding(metadata, rootKey, options, environment.Time).SeedAsync(cancellationToken);
            return new OpenedStore(metadata, storage, storeId, boot, rootKey);
        }
        catch
        {
            root?.Dispose();
            if (storage is not null)
            {
                await storage.DisposeAsync();
            }

            await metadata.DisposeAsync();
            throw;
        }
    }

    private static IMetadataStore OpenMetadata(MetadataOptions options, ICrashPoints crashPoints, bool isReadOnly = false) => options.Engine switch
    {
        MetadataEngine.Sqlite => new SqliteMetadataStore(
            new SqliteMetadataOptions
            {
                Path = Path.GetDirectoryName(Path.GetFullPath(options.SqlitePath)) ?? "/",
                FileName = Path.GetFileName(options.SqlitePath),
                IsReadOnly = isReadOnly,
            },
            crashPoints.Hit,
            ProcessFatalErrors.Instance.End),
        MetadataEngine.Memory => new MemoryMetadataStore(),
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Engine, "An engine without a store."),
    };

    // Metadata in memory has no identity that outlives the process: it takes over that of the root it finds.
    private static string IdentityOf(IMetadataStore metadata, StorageRoot? root)
    {
        if (root?.StoreId is { } present && metadata.IsDurable && present != metadata.StoreId)
        {
            throw new ForeignStoreException(root.Path, present, metadata.StoreId);
        }

        return metadata.IsDurable ? metadata.StoreId : root?.StoreId ?? metadata.StoreId;
    }

    private static async Task<RootKey> OpenRootKeyAsync(
        BleepStoreOptions options, HostEnvironmentValues environment, IMetadataStore metadata, CancellationToken cancellationToken)
    {
        var fromEnvironment = environment.Variables.GetValueOrDefault(RootKeyFile.EnvironmentVariable);
        if (RootKeyFile.PathOf(options, environment, metadata) is null && string.IsNullOrEmpty(fromEnvironment))
        {
            return RootKey.Generate();
        }

        var wrapped = await metadata.ListCredentialsAsync(after: null, limit: 1, cancellationToken);
        var rootKey = RootKeyFile.Open(options.RootKeyPath, fromEnvironment, mayCreate: wrapped.IsEmpty);
        foreach (var credential in wrapped)
        {
            // The wrong key must be found before anything is wrapped by it.
            _ = rootKey.Unwrap(credential.WrappedSecret.Span, StoreCredentialLookup.ContextOf(credential.AccessKey));
        }

        return rootKey;
    }

    private static async Task<NodeBoot> BeginBootAsync(
        IMetadataStore metadata, StorageRoot? root, string storeId, TimeProvider time, CancellationToken cancellationToken)
    {
        var (boots, known, rootHighest) = await ReadBootsAsync(metadata, root, cancellationToken);
        if (rootHighest > known)
        {
            // Restored metadata: what it does not name may be all that is left of later objects. Nor may a later start sweep it, to which this
            // boot's row hides that the metadata once was older.
            foreach (var row in boots.Where(row => !row.Swept))
            {
                await metadata.ExecuteAsync(new MarkBootSwept { Time = time.GetUtcNow(), Node = Node, Boot = row.Boot }, cancellationToken);
            }
        }

        var command = new StartBoot { Time = time.GetUtcNow(), Node = Node, RootHighestBoot = rootHighest };
        var boot = await metadata.ExecuteAsync(command, cancellationToken);
        root?.Claim(storeId, boot);
        return new NodeBoot(Node, boot, MaySweep: rootHighest <= known);
    }

    private static async Task<(ImmutableArray<BootRecord> Boots, uint Known, uint RootHighest)> ReadBootsAsync(
        IMetadataStore metadata, StorageRoot? root, CancellationToken cancellationToken)
    {
        var boots = await metadata.ListBootsAsync(Node, cancellationToken);
        return (boots, boots.Select(row => row.Boot).DefaultIfEmpty().Max(), root?.HighestBoot ?? 0);
    }

    private static async Task CheckBackendsAsync(IMetadataStore metadata, IObjectStorage storage, CancellationToken cancellationToken)
    {
        foreach (var backend in await metadata.ListBackendsAsync(cancellationToken))
        {
            if (backend != storage.Name)
            {
                throw new StartException(
                    ExitCodes.StoreUnavailable,
                    $"The metadata names objects whose bytes are in the storage backend {backend}, but storage.backend is {storage.Name}: "
                    + "set it back, or name another metadata path for a new store.");
            }
        }
    }

    private static bool IsExpected(Exception e) => e
        is MetadataFormatException
        or RootKeyException
        or InvalidDataException
        or IOException
        or UnauthorizedAccessException;
}
