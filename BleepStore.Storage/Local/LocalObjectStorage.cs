using System.Globalization;
using System.Runtime.CompilerServices;
using BleepStore.Storage.FileSystem;
using BleepStore.Storage.Local.Packs;

namespace BleepStore.Storage.Local;

/// <summary>
/// Keeps blobs in files. A small one of announced length goes into a pack (see <see cref="PackStore"/>), and its locator says where. Any other
/// has a file of its own, <c>{root}/{last two hex digits}/{blob id}</c>, and no locator: written under a temporary name, made durable, then
/// renamed, so that a file with a blob's name is whole. Its bytes are described at <see cref="BlobLayout"/>.
/// </summary>
/// <remarks>
/// A delete is durable on return: the caller forgets the blob then, and no sweep would find one of a boot that was swept already.
/// </remarks>
public sealed class LocalObjectStorage : IObjectStorage
{
    /// <summary>What <see cref="StoredBlob.Backend"/> says of blobs kept here.</summary>
    public const string BackendName = "local";

    private readonly StorageRoot _root;
    private readonly IFileSystem _fileSystem;
    private readonly ICrashPoints _crashPoints;
    private readonly BlobDirectories _directories;
    private readonly SyncThreads _syncThreads;
    private long _healthChecks;
    private bool _disposed;

    /// <summary>
    /// Keeps blobs in <paramref name="root"/>, which it takes over and disposes; nothing can be written before the root is claimed.
    /// </summary>
    /// <param name="crashPoints">Null for none.</param>
    /// <param name="packs">What goes into packs, and their upkeep; null for nothing and none, see <see cref="PackOptions.Off"/>.</param>
    /// <param name="time">Paces the upkeep of packs; null for the system's.</param>
    /// <param name="maximumSyncThreads">How many blobs can be made durable at once.</param>
    public LocalObjectStorage(
        StorageRoot root,
        ICrashPoints? crashPoints = null,
        PackOptions? packs = null,
        TimeProvider? time = null,
        int maximumSyncThreads = SyncThreads.DefaultMaximum)
    {
        _root = root;
        _fileSystem = root.FileSystem;
        _crashPoints = crashPoints ?? NoCrashPoints.Instance;
        _syncThreads = new SyncThreads(maximumSyncThreads);
        _directories = new BlobDirectories(root, _syncThreads, _crashPoints);
        Packs = new PackStore(root, packs ?? PackOptions.Off, _syncThreads, _crashPoints, time ?? TimeProvider.System);
    }

    internal PackStore Packs { get; }

    /// <inheritdoc/>
    public string Name => BackendName;

    /// <inheritdoc/>
    public bool IsDurable => true;

    /// <inheritdoc/>
    public long? FreeBytes => _fileSystem.FreeBytes(_root.Path);

    /// <inheritdoc/>
    public async ValueTask<StoredBlob> WriteAsync(BlobAddress address, Stream content, long? length, CancellationToken cancellationToken)
    {
        if (_root.Boot is null)
        {
            throw new InvalidOperationException("The storage root must be claimed before anything is written to it.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        return await Packs.TryWriteAsync(address.Id, content, length, cancellationToken)
            ?? await WriteFileAsync(address, content, length, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<Stream?> OpenAsync(StoredBlob blob, long offset, long length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, blob.Length - offset);
        cancellationToken.ThrowIfCancellationRequested();
#pragma warning disable CA2000 // The caller disposes.
        return ValueTask.FromResult<Stream?>(blob.Locator.Length > 0 ? Packs.Open(blob, offset, length) : OpenFile(blob, offset, length));
#pragma warning restore CA2000
    }

    /// <inheritdoc/>
    public async ValueTask<StoredBlob> CopyAsync(
        StoredBlob source, long offset, long length, BlobAddress address, CancellationToken cancellationToken)
    {
        await using var content = await OpenAsync(source, offset, length, cancellationToken)
            ?? throw new FileNotFoundException($"Blob {source.Id} is absent.");
        return await WriteAsync(address, content, length, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(StoredBlob blob, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask(blob.Locator.Length > 0 ? Packs.DeleteAsync(blob) : _directories.DeleteAsync(blob.Id));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredBlob> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int directory = 0; directory <= byte.MaxValue; directory++)
        {
            await Task.Yield();
            foreach (var blob in _directories.List(directory))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return blob;
            }
        }

        await foreach (var blob in Packs.ListAsync(cancellationToken))
        {
            yield return blob;
        }
    }

    /// <inheritdoc/>
    /// <remarks>Makes a small file durable and removes it. A full disk is no failure: what is there can be read and deleted.</remarks>
    public async ValueTask CheckHealthAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long number = Interlocked.Increment(ref _healthChecks);
        string path = Path.Join(_root.Temporary, string.Create(CultureInfo.InvariantCulture, $"health-{number}"));
        try
        {
            await _syncThreads.RunAsync(static target => target.Storage.WriteAndRemove(target.Path), (Storage: this, Path: path));
        }
        catch (StorageFullException)
        {
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        await Packs.DisposeAsync();
        _syncThreads.Dispose();
        _directories.Dispose();
        _root.Dispose();
    }

    /// <summary>What is worth reserving at once: a blob of one write is laid out in one piece anyway.</summary>
    private static long RoomFor(long? length)
    {
        long stored = length is long known ? BlobLayout.StoredLength(known) : 0;
        return stored > BlobWriter.BufferSize ? stored : 0;
    }

    private BlobReadStream? OpenFile(StoredBlob blob, long offset, long length) =>
        _fileSystem.OpenFile(_directories.PathOf(blob.Id), writable: false) is { } file
            ? BlobReadStream.Open(file, blob.Id, blob.Length, offset, length)
            : null;

    private async ValueTask<StoredBlob> WriteFileAsync(BlobAddress address, Stream content, long? length, CancellationToken cancellationToken)
    {
        string temporary = Path.Join(address.IsPart ? _root.Multipart : _root.Temporary, address.Id.ToString());
        using var file = _fileSystem.CreateFile(temporary, RoomFor(length));
        try
        {
            long written;
            using (var writer = new BlobWriter(file, address.Id, length))
            {
                written = await writer.WriteAsync(content, cancellationToken);
            }

            _crashPoints.Hit(BlobCrashPoints.Written);
            var publication = new Publication(this, file, temporary, address.Id, cancellationToken);
            await _syncThreads.RunAsync(static job => job.Run(), publication);
            return new StoredBlob(address.Id, BackendName, "", written, BlobLayout.StoredLength(written));
        }
        catch
        {
            // The caller must learn why the write failed; nothing is readable under a temporary name, and the next start removes it.
            _fileSystem.TryDelete(temporary);
            throw;
        }
    }

    private void WriteAndRemove(string path)
    {
        using var file = _fileSystem.CreateFile(path, preallocateBytes: 0);
        try
        {
            file.Write("healthy\n"u8, 0);
            file.Sync();
        }
        finally
        {
            _fileSystem.Delete(path);
        }
    }

    /// <summary>The steps that make a written file a blob, run where waiting for the disk stalls nobody.</summary>
    private sealed record Publication(
        LocalObjectStorage Storage, IStorageFile File, string Temporary, BlobId Id, CancellationToken CancellationToken)
    {
        public void Run()
        {
            var directory = Storage._directories.OpenFor(Id);
            File.Sync();
            Storage._crashPoints.Hit(BlobCrashPoints.Synced);
            CancellationToken.ThrowIfCancellationRequested();
            Storage._fileSystem.Rename(Temporary, Storage._directories.PathOf(Id));
            Storage._crashPoints.Hit(BlobCrashPoints.Renamed);
            directory.Sync();
            Storage._crashPoints.Hit(BlobCrashPoints.DirectorySynced);
        }
    }
}
