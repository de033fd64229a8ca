using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace BleepStore.Storage.Memory;

/// <summary>Keeps blobs in memory, for tests and throw-away servers: everything is gone with the process.</summary>
/// <param name="maxSizeBytes">Bytes that all blobs together may have; null for no bound.</param>
public sealed class MemoryObjectStorage(long? maxSizeBytes = null) : IObjectStorage
{
    /// <summary>What <see cref="StoredBlob.Backend"/> says of blobs kept here.</summary>
    public const string BackendName = "memory";

    private readonly ConcurrentDictionary<BlobId, ChunkedBytes> _blobs = new();
    private long _used;

    /// <inheritdoc/>
    public string Name => BackendName;

    /// <inheritdoc/>
    public bool IsDurable => false;

    /// <inheritdoc/>
    public long? FreeBytes => maxSizeBytes is long most ? Math.Max(0, most - Interlocked.Read(ref _used)) : null;

    /// <inheritdoc/>
    public async ValueTask<StoredBlob> WriteAsync(BlobAddress address, Stream content, long? length, CancellationToken cancellationToken)
    {
        var bytes = new ChunkedBytes();
        long reserved = 0;
        try
        {
            Reserve(length ?? 0);
            reserved = length ?? 0;
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int read = await content.ReadAsync(bytes.Room(length), cancellationToken);
                if (read == 0)
                {
                    break;
                }

                bytes.Advance(read);
                if (bytes.Length > length)
                {
                    throw new EndOfStreamException($"The source of blob {address.Id} has more than the {length} bytes announced.");
                }

                if (bytes.Length > reserved)
                {
                    Reserve(bytes.Length - reserved);
                    reserved = bytes.Length;
                }
            }

            if (length is long announced && bytes.Length != announced)
            {
                throw new EndOfStreamException($"The source of blob {address.Id} has {bytes.Length} bytes; {announced} were announced.");
            }

            bytes.Trim();
            if (!_blobs.TryAdd(address.Id, bytes))
            {
                throw new IOException($"Blob {address.Id} exists.");
            }
        }
        catch
        {
            Interlocked.Add(ref _used, -reserved);
            throw;
        }

        return new StoredBlob(address.Id, BackendName, "", bytes.Length, bytes.Length);
    }

    /// <inheritdoc/>
    public ValueTask<Stream?> OpenAsync(StoredBlob blob, long offset, long length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, blob.Length - offset);
        cancellationToken.ThrowIfCancellationRequested();
        if (!_blobs.TryGetValue(blob.Id, out var bytes))
        {
            return ValueTask.FromResult<Stream?>(null);
        }

#pragma warning disable CA2000 // The caller disposes.
        return bytes.Length == blob.Length
            ? ValueTask.FromResult<Stream?>(new ChunkedReadStream(bytes, offset, length))
            : throw new BlobCorruptException(blob.Id, $"it has {bytes.Length} bytes where the record says {blob.Length}");
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
        if (_blobs.TryRemove(blob.Id, out var bytes))
        {
            Interlocked.Add(ref _used, -bytes.Length);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredBlob> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var (id, bytes) in _blobs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new StoredBlob(id, BackendName, "", bytes.Length, bytes.Length);
        }
    }

    /// <inheritdoc/>
    public ValueTask CheckHealthAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _blobs.Clear();
        return ValueTask.CompletedTask;
    }

    private void Reserve(long count)
    {
        long used = Interlocked.Add(ref _used, count);
        if (used > maxSizeBytes)
        {
            Interlocked.Add(ref _used, -count);
            throw new StorageFullException($"The memory store may hold {maxSizeBytes} bytes; {count} more do not fit.");
        }
    }
}
