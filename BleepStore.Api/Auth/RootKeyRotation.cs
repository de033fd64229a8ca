using System.Collections.Immutable;
using BleepStore.Api.Configuration;
using BleepStore.Api.Encryption;
using BleepStore.Api.Hosting;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;
using BleepStore.Storage;

namespace BleepStore.Api.Auth;

/// <summary>
/// Replaces the root key while the store is in use. The next key is durable in its own file before it wraps anything; then every row is wrapped
/// anew; only then it takes the place of the one before, which is kept until the next start has found no row that needs it: what was wrapped
/// before the change and committed after it is among those. Killed anywhere, the next start has every key it needs and goes on.
/// </summary>
internal sealed class RootKeyRotation(IMetadataStore metadata, RootKey rootKey, string? path, ICrashPoints crashPoints, TimeProvider time) : IDisposable
{
    private const int PageSize = 1000;

    private readonly SemaphoreSlim _turn = new(initialCount: 1);

    /// <summary>File of the root key; null where it comes from the environment or lives in memory alone.</summary>
    public string? Path { get; } = path;

    /// <summary>The rotation of an opened store.</summary>
    public static RootKeyRotation Of(BleepStoreOptions options, HostEnvironmentValues environment, IMetadataStore metadata, RootKey rootKey)
        => new(metadata, rootKey, RootKeyFile.PathOf(options, environment, metadata), environment.CrashPoints, environment.Time);

    /// <summary>Makes a new root key and wraps everything by it; the answer is how many rows that were.</summary>
    /// <exception cref="RootKeyException">The key has no file, or the files cannot be changed.</exception>
    public async Task<int> RotateAsync(CancellationToken cancellationToken)
    {
        if (Path is null)
        {
            throw new RootKeyException(
                $"The root key comes from {RootKeyFile.EnvironmentVariable}, or the store lives in memory: only one that has a file can be rotated.");
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            // What a rotation before this one left for the next start to confirm is confirmed now: its key is about to be overwritten.
            var rewrapped = await RewrapAllAsync(cancellationToken);
            if (!RootKeyFile.IsRotating(Path))
            {
                var next = RootKey.Generate();
                RootKeyFile.WriteNext(Path, next);
                crashPoints.Hit("root-key.written");
                rootKey.Succeed(next);
                rewrapped += await RewrapAllAsync(cancellationToken);
            }

            Promote(Path);
            return rewrapped;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Finishes, before anything is served, what the last process began: a rotation, and the removal of a key that is needed no more.</summary>
    /// <exception cref="RootKeyException">The files cannot be changed.</exception>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (Path is null || !(RootKeyFile.IsRotating(Path) || RootKeyFile.HasFormer(Path)))
        {
            return;
        }

        await RewrapAllAsync(cancellationToken);
        if (RootKeyFile.IsRotating(Path))
        {
            Promote(Path);
        }

        RootKeyFile.RemoveFormer(Path);
    }

    public void Dispose() => _turn.Dispose();

    private void Promote(string path)
    {
        crashPoints.Hit("root-key.rewrapped");
        RootKeyFile.Promote(path);
        crashPoints.Hit("root-key.promoted");
    }

    private async Task<int> RewrapAllAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        for (string? after = null; ;)
        {
            var page = await metadata.ListCredentialsAsync(after, PageSize, cancellationToken);
            var old = page.Where(row => !rootKey.IsWrappedByIt(row.WrappedSecret.Span)).ToImmutableArray();
            count += old.Length;

            // Together, so that they share commits; one that was changed meanwhile was wrapped by whoever changed it.
            await Task.WhenAll(old.Select(row => RewrapAsync(row, cancellationToken)));
            crashPoints.Hit("root-key.page");
            if (page.Length < PageSize)
            {
                return count + await RewrapStoreKeysAsync(cancellationToken);
            }

            after = page[^1].AccessKey;
        }
    }

    private async Task<int> RewrapStoreKeysAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var row in await metadata.ListStoreKeysAsync(cancellationToken))
        {
            if (!rootKey.IsWrappedByIt(row.WrappedKey.Span))
            {
                var context = StoreKeys.ContextOf(row.Id);
                var wrapped = rootKey.Wrap(rootKey.Unwrap(row.WrappedKey.Span, context), context);
                await metadata.ExecuteAsync(new RewrapStoreKey { Time = time.GetUtcNow(), Before = row, WrappedKey = wrapped }, cancellationToken);
                count++;
            }
        }

        return count;
    }

    private async Task RewrapAsync(CredentialRecord row, CancellationToken cancellationToken)
    {
        var context = StoreCredentialLookup.ContextOf(row.AccessKey);
        var secret = rootKey.Unwrap(row.WrappedSecret.Span, context);
        var rewrap = new RewrapCredential
        {
            Time = time.GetUtcNow(),
            AccessKey = row.AccessKey,
            Before = row.WrappedSecret,
            After = rootKey.Wrap(secret, context),
        };
        await metadata.ExecuteAsync(rewrap, cancellationToken);
    }
}
