using BleepStore.Api.Protocol;

namespace BleepStore.Api.Forms;

/// <summary>
/// The bytes of a form's file. Its end is reached only when the whole form ended well behind it, so that a form that is cut off or has a second file
/// stores nothing.
/// </summary>
internal sealed class FormFile(MultipartBody body) : Stream
{
    private bool _isAtEnd;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isAtEnd || buffer.IsEmpty)
        {
            return 0;
        }

        var count = await body.ReadAsync(buffer, cancellationToken);
        if (count > 0)
        {
            return count;
        }

        // Fields behind the file are ignored, as on S3.
        while (await body.NextPartAsync(cancellationToken) is { } head)
        {
            if (head.Name.Equals("file", StringComparison.OrdinalIgnoreCase))
            {
                throw new S3Exception(S3Errors.IncorrectNumberOfFilesInPostRequest);
            }
        }

        _isAtEnd = true;
        return 0;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A form is read asynchronously.");

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
