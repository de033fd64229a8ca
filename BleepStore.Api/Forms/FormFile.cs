using BleepStore.Api.Content;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Forms;

/// <summary>
/// The bytes of a form's file. Its end is reached only when the whole form ended well behind it, so that a form that is cut off or has a second file
/// stores nothing.
/// </summary>
internal sealed class FormFile(MultipartBody body) : ForwardStream
{
    private bool _isAtEnd;

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
}
