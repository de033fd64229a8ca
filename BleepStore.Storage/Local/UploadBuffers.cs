using System.Buffers;

namespace BleepStore.Storage.Local;

/// <summary>
/// The large arrays that bytes of uploads gather in. The pool that all share keeps one of each size for each thread that gave one back, which after a
/// burst is a quarter of a megabyte for dozens of threads; this one keeps a few.
/// </summary>
internal static class UploadBuffers
{
    private const int Kept = 16;

    /// <summary>A blob's buffer, and the largest entry of a pack, which has a header and a trailer too.</summary>
    public static ArrayPool<byte> Pool { get; } = ArrayPool<byte>.Create(2 * BlobWriter.BufferSize, Kept);
}
