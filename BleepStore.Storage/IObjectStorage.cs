namespace BleepStore.Storage;

/// <summary>Where a blob is to be written: a backend chooses which of the three names it by (local: the id alone).</summary>
/// <param name="Bucket">Bucket the bytes are meant for; never used in a local path.</param>
/// <param name="Key">Object key the bytes are meant for; never used in a local path.</param>
/// <param name="Id">Fresh id, never used before.</param>
/// <param name="IsPart">True for a part of a multipart upload.</param>
public readonly record struct BlobAddress(string Bucket, string Key, BlobId Id, bool IsPart = false);

/// <summary>What the metadata keeps of a blob, and all that a backend needs to find it again.</summary>
/// <param name="Id">The blob's id.</param>
/// <param name="Backend">Name of the backend that holds it: <c>local</c>, <c>memory</c> …</param>
/// <param name="Locator">What the backend names it by; empty where the id is enough.</param>
/// <param name="Length">Plain length in bytes.</param>
/// <param name="StoredLength">Bytes it occupies at the backend, trailer included.</param>
public readonly record struct StoredBlob(BlobId Id, string Backend, string Locator, long Length, long StoredLength);

/// <summary>
/// Keeps immutable blobs. A blob is whole or absent: nothing can be read of one whose source threw, was cancelled or
/// whose process died. All members are thread safe.
/// </summary>
public interface IObjectStorage : IAsyncDisposable
{
    /// <summary>The name that <see cref="StoredBlob.Backend"/> carries.</summary>
    string Name { get; }

    /// <summary>True when blobs survive the process. Nothing is swept on a start where this is false.</summary>
    bool IsDurable { get; }

    /// <summary>
    /// Reads <paramref name="content"/> to its end and publishes it as one blob, durable on return. The source throws at its last read when
    /// its bytes are not what was promised; then, and on cancellation, nothing is left behind.
    /// </summary>
    /// <param name="length">Announced length in bytes; null when unknown. Used to preallocate; the source enforces it.</param>
    /// <exception cref="StorageFullException">There is no room; nothing is left behind.</exception>
    ValueTask<StoredBlob> WriteAsync(BlobAddress address, Stream content, long? length, CancellationToken cancellationToken);

    /// <summary>
    /// Opens <paramref name="length"/> bytes from <paramref name="offset"/>; null when the blob is absent. Every byte read was verified
    /// before it was handed out. The caller disposes.
    /// </summary>
    /// <exception cref="BlobCorruptException">Thrown by open or by a read: the bytes at rest are not those that were written.</exception>
    ValueTask<Stream?> OpenAsync(StoredBlob blob, long offset, long length, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a new blob of <paramref name="length"/> verified bytes of another, durable on return; without passing through the client.
    /// </summary>
    /// <exception cref="FileNotFoundException">The source is absent.</exception>
    ValueTask<StoredBlob> CopyAsync(StoredBlob source, long offset, long length, BlobAddress address, CancellationToken cancellationToken);

    /// <summary>Removes a blob, durably on return. Idempotent: an absent blob is success.</summary>
    ValueTask DeleteAsync(StoredBlob blob, CancellationToken cancellationToken);

    /// <summary>
    /// All published blobs in any order, for sweep, fsck and scrub. May miss or include blobs written or deleted meanwhile.
    /// </summary>
    IAsyncEnumerable<StoredBlob> ListAsync(CancellationToken cancellationToken);

    /// <summary>Bytes free for blobs, or null when unbounded or unknown.</summary>
    long? FreeBytes { get; }

    /// <summary>Proves that blobs can be served now; throws what hinders it.</summary>
    ValueTask CheckHealthAsync(CancellationToken cancellationToken);
}

/// <summary>There is no room for more bytes: S3's 507.</summary>
public sealed class StorageFullException(string message, Exception? innerException = null) : IOException(message, innerException);

/// <summary>
/// The bytes at rest of a blob fail their checksum, or its file is cut short: an error for the reader, never wrong bytes.
/// </summary>
/// <param name="blob">The damaged blob.</param>
/// <param name="detail">Completes the sentence that it is damaged.</param>
/// <param name="isAbsent">True when nothing is left of it.</param>
public sealed class BlobCorruptException(BlobId blob, string detail, bool isAbsent = false)
    : IOException($"Blob {blob} is damaged: {detail}")
{
    /// <summary>What is wrong with it, without its name.</summary>
    public string Detail { get; } = detail;

    /// <summary>True when nothing is left of the blob that a row names.</summary>
    public bool IsAbsent { get; } = isAbsent;

    /// <summary>The damaged blob.</summary>
    public BlobId Blob { get; } = blob;
}
