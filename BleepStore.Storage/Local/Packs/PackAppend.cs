using System.Globalization;

namespace BleepStore.Storage.Local.Packs;

/// <summary>A blob on its way into a pack: all its bytes, read and checked, and who waits for them to be durable.</summary>
internal sealed class PackAppend : TaskCompletionSource<PackLocator>, IDisposable
{
    private const int Waiting = 0;
    private const int Taken = 1;
    private const int Cancelled = 2;

    private readonly byte[] _buffer;
    private int _state = Waiting;

    private PackAppend(BlobId id, int length, byte[] buffer)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        Id = id;
        Length = length;
        _buffer = buffer;
    }

    public BlobId Id { get; }

    /// <summary>Bytes of the blob's data.</summary>
    public int Length { get; }

    /// <summary>The whole entry; its header is still to be written, for its place is not known yet.</summary>
    public Span<byte> Entry => _buffer.AsSpan(0, PackLayout.HeaderSize + (int)BlobLayout.StoredLength(Length));

    /// <summary>Reads <paramref name="content"/> to its end and computes all checksums. To be disposed once the task has ended.</summary>
    /// <exception cref="EndOfStreamException">The source has more or less than was announced.</exception>
    public static async ValueTask<PackAppend> ReadAsync(BlobId id, Stream content, int length, CancellationToken cancellationToken)
    {
        byte[] buffer = UploadBuffers.Pool.Rent(PackLayout.HeaderSize + (int)BlobLayout.StoredLength(length));
        try
        {
            int filled = 0;
            int read;
            // A byte more, where the trailer will be, lets the source be read to its end or be found too long.
            while ((read = await content.ReadAsync(buffer.AsMemory(PackLayout.HeaderSize + filled, length + 1 - filled), cancellationToken)) > 0)
            {
                filled += read;
                if (filled > length)
                {
                    throw WrongLength(id, filled, "at least ", length);
                }
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (filled != length)
            {
                throw WrongLength(id, filled, "", length);
            }

            var append = new PackAppend(id, length, buffer);
            var stored = append.Entry[PackLayout.HeaderSize..];
            BlobLayout.WriteTrailer(stored[..length], stored[length..], id);
            return append;
        }
        catch
        {
            UploadBuffers.Pool.Return(buffer);
            throw;
        }
    }

    /// <summary>True when it is the appender's now; false when it was cancelled, and its bytes may be gone.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Waiting) == Waiting;

    /// <summary>Ends the wait, unless the appender has it.</summary>
    public void Cancel(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _state, Cancelled, Waiting) == Waiting)
        {
            TrySetCanceled(cancellationToken);
        }
    }

    public void Dispose() => UploadBuffers.Pool.Return(_buffer);

    private static EndOfStreamException WrongLength(BlobId id, int length, string qualifier, int announced) =>
        new(string.Create(CultureInfo.InvariantCulture, $"The source of blob {id} has {qualifier}{length} bytes; {announced} were announced."));
}
