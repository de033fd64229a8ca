using BleepStore.Api.Auth;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Bodies;

/// <summary>
/// The body of one request, ready to be read once: what the client promised about it is refused or verified here, so that an operation
/// sees either bytes that are right to the last one, or an exception. The headers are judged by <see cref="Open"/>, before anything is
/// read; all else at the read that would return 0. A reader that knows the length must still read to 0.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    private readonly BodyFraming _framing;
    private readonly BodyDigests _digests;
    private readonly VerifiedStream _content;
    private readonly long? _announcedBytes;

    private RequestBody(BodyFraming framing, BodyPromises promises, BodyRequirements requirements)
    {
        _framing = framing;
        _digests = new BodyDigests(promises, requirements.Algorithm, requirements.WantsCrc64Nvme);
        _content = new VerifiedStream(framing, _digests, promises.LengthBytes, requirements);
        _announcedBytes = promises.LengthBytes;
    }

    /// <summary>The verified bytes. Asynchronous reads only, one at a time.</summary>
    public Stream Content => _content;

    /// <summary>The announced length after decoding; of a body whose length is optional and was not sent, the bytes read so far.</summary>
    public long LengthBytes => _announcedBytes ?? _content.Count;

    /// <summary>The announced length after decoding; null where none was: the file of a form.</summary>
    public long? AnnouncedBytes => _announcedBytes;

    /// <summary>True once all bytes were read and found right.</summary>
    public bool IsVerified => _content.Result is not null;

    /// <summary>MD5 of the bytes: the ETag of an object or a part. Known once <see cref="IsVerified"/>.</summary>
    public byte[] Md5 => Result.Md5;

    /// <summary>The checksum to store with the bytes. Known once <see cref="IsVerified"/>.</summary>
    public BodyChecksum Checksum => Result.Checksum;

    private (byte[] Md5, BodyChecksum Checksum) Result
        => _content.Result ?? throw new InvalidOperationException("The digests of a body are known only after the read that returned 0.");

    /// <summary>Opens the body of a verified request. Reads nothing.</summary>
    /// <exception cref="S3Exception">The headers already show that the body cannot be accepted.</exception>
    public static RequestBody Open(IncomingRequest request, PayloadMode payload, BodyRequirements requirements)
    {
        var promises = BodyPromises.Read(request, payload, requirements);
        return new RequestBody(Unframe(request.Body, payload, promises), promises, requirements);
    }

    /// <summary>Reads the whole body, for documents: an object's bytes, however few, are read from <see cref="Content"/>.</summary>
    /// <returns>All bytes, verified.</returns>
    /// <exception cref="S3Exception">The body is refused, or longer than the requirements allow.</exception>
    public async ValueTask<byte[]> ReadAllAsync(CancellationToken cancellationToken)
    {
        // Nothing is believed beyond 64 KiB: memory grows with the bytes that come, not with those that were promised.
        var bytes = new byte[(int)Math.Min(_announcedBytes ?? 4 * 1024, 64 * 1024)];
        var length = 0;
        while (true)
        {
            // A body that fills its announced length has only its end left, which needs no room.
            var free = length == _announcedBytes ? new byte[1] : bytes.AsMemory(length);
            var count = await _content.ReadAsync(free, cancellationToken);
            if (count == 0)
                break;

            length += count;
            if (length == bytes.Length && length != _announcedBytes)
                Array.Resize(ref bytes, checked(bytes.Length * 2));
        }

        Array.Resize(ref bytes, length);
        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _content.Dispose();
        _digests.Dispose();
        _framing.Dispose();
    }

    private static BodyFraming Unframe(Stream source, PayloadMode payload, BodyPromises promises) => payload switch
    {
        PayloadMode.StreamingSigned signed => new AwsChunkedFraming(
            source, signed.Signatures, new ChunkTrailers(promises.Trailers, isSigned: signed.HasTrailer)),
        PayloadMode.StreamingUnsignedTrailer => new AwsChunkedFraming(
            source, signatures: null, new ChunkTrailers(promises.Trailers, isSigned: false)),
        PayloadMode.SignedHash or PayloadMode.Unsigned => new PlainFraming(source),
        _ => throw new ArgumentOutOfRangeException(nameof(payload), payload, "A payload mode without a framing."),
    };
}
