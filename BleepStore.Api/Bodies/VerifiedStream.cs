using System.Globalization;
using System.Runtime.CompilerServices;
using BleepStore.Api.Content;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Bodies;

/// <summary>
/// The bytes of a body for whoever stores them: counted, hashed in the reader's own buffer, and ended only when every promise was kept.
/// The read that would return 0 throws instead when one was not; every later read throws again.
/// </summary>
internal sealed class VerifiedStream(BodyFraming framing, BodyDigests digests, long? lengthBytes, BodyRequirements requirements) : ForwardStream
{
    private bool _failed;

    /// <summary>Bytes handed out so far.</summary>
    public long Count { get; private set; }

    /// <summary>The digests, once a read has returned 0; null before.</summary>
    public (byte[] Md5, BodyChecksum Checksum)? Result { get; private set; }

    /// <inheritdoc/>
    public override long Position
    {
        get => Count;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_failed)
            throw BodyRejection.Terminated.Exception();

        if (Result is not null || buffer.IsEmpty)
            return 0;

        // Also a read that was cancelled leaves no body behind that could still end well.
        _failed = true;
        var count = await framing.ReadAsync(buffer, cancellationToken);
        Count += count;
        if (count > 0)
        {
            RefuseExcess();
            await digests.AppendAsync(buffer[..count]);
        }
        else
        {
            if (lengthBytes is { } announced && announced != Count)
                throw BodyRejection.LengthDiffers.Exception();

            if (Count < requirements.MinLengthBytes)
            {
                throw new S3Exception(S3Errors.EntityTooSmall
                    .With("ProposedSize", Count.ToString(CultureInfo.InvariantCulture))
                    .With("MinSizeAllowed", requirements.MinLengthBytes.ToString(CultureInfo.InvariantCulture)));
            }

            Result = digests.Verify(framing.Trailer);
        }

        _failed = false;
        return count;
    }

    private void RefuseExcess()
    {
        if (Count > lengthBytes)
            throw BodyRejection.LengthDiffers.Exception();

        if (Count > requirements.MaxLengthBytes)
            throw new S3Exception(requirements.TooLarge);
    }
}
