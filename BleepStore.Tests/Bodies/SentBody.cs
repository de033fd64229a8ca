using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Bodies;
using BleepStore.Api.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace BleepStore.Tests.Bodies;

/// <summary>A request with a body as a client would send it, signed by an implementation of its own where the mode asks for it.</summary>
internal sealed class SentBody
{
    public const string AmzDate = "20130524T000000Z";
    public const string Scope = "20130524/us-east-1/s3/aws4_request";
    private const string EmptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>The key of the example account of the AWS documentation.</summary>
    public static readonly byte[] SigningKey = DeriveKey("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "20130524", "us-east-1", "s3");

    public byte[] Wire { get; init; } = [];

    public HeaderDictionary Headers { get; } = [];

    public required Func<PayloadMode> Payload { get; init; }

    public BodyRequirements Requirements { get; init; } = new(5L << 30);

    public bool SendContentLength { get; init; } = true;

    public static SentBody Plain(byte[] data, params (string Name, string Value)[] headers)
        => new SentBody { Wire = data, Payload = () => new PayloadMode.Unsigned() }.With(headers);

    public static SentBody Unsigned(byte[] data, string rest, int chunkBytes = 16, params (string Name, string Value)[] headers)
    {
        using var wire = new MemoryStream();
        foreach (var chunk in data.Chunk(chunkBytes))
        {
            wire.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{chunk.Length:x}\r\n")));
            wire.Write(chunk);
            wire.Write("\r\n"u8);
        }

        wire.Write(Encoding.ASCII.GetBytes("0\r\n" + rest));
        return new SentBody { Wire = wire.ToArray(), Payload = () => new PayloadMode.StreamingUnsignedTrailer() }
            .With(("x-amz-decoded-content-length", data.Length.ToString(CultureInfo.InvariantCulture))).With(headers);
    }

    /// <summary>Signed chunks; <paramref name="trailer"/> is one line without line end, or null for the form without trailers.</summary>
    public static SentBody Signed(byte[] data, string seed, int chunkBytes, string? trailer = null)
    {
        using var wire = new MemoryStream();
        var previous = seed;
        foreach (var chunk in data.Chunk(chunkBytes).Append(Array.Empty<byte>()))
        {
            var sha256 = Convert.ToHexStringLower(SHA256.HashData(chunk));
            previous = Sign($"AWS4-HMAC-SHA256-PAYLOAD\n{AmzDate}\n{Scope}\n{previous}\n{EmptySha256}\n{sha256}");
            var size = chunk.Length.ToString("x", CultureInfo.InvariantCulture);
            wire.Write(Encoding.ASCII.GetBytes($"{size};chunk-signature={previous}\r\n"));
            wire.Write(chunk);
            if (chunk.Length > 0)
                wire.Write("\r\n"u8);
        }

        if (trailer is not null)
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(trailer + "\n")));
            var signature = Sign($"AWS4-HMAC-SHA256-TRAILER\n{AmzDate}\n{Scope}\n{previous}\n{hash}");
            wire.Write(Encoding.ASCII.GetBytes($"{trailer}\r\nx-amz-trailer-signature:{signature}\r\n"));
        }

        wire.Write("\r\n"u8);
        var body = new SentBody
        {
            Wire = wire.ToArray(),
            Payload = () => new PayloadMode.StreamingSigned(new ChunkSignatures(SigningKey, AmzDate, Scope, seed), trailer is not null),
        }.With(("x-amz-decoded-content-length", data.Length.ToString(CultureInfo.InvariantCulture)));
        return trailer is null ? body : body.With(("x-amz-trailer", trailer[..trailer.IndexOf(':', StringComparison.Ordinal)]));
    }

    public SentBody With(params (string Name, string Value)[] headers)
    {
        foreach (var (name, value) in headers)
            Headers[name] = Headers.TryGetValue(name, out var old) ? StringValues.Concat(old, value) : new StringValues(value);

        return this;
    }

    /// <summary>The same request with other bytes on the wire.</summary>
    public SentBody Sending(byte[] wire) => new SentBody
    {
        Wire = wire,
        Payload = Payload,
        Requirements = Requirements,
        SendContentLength = SendContentLength,
    }.With([.. Headers.Select(h => (h.Key, h.Value.ToString()))]);

    /// <summary>The same request with another header value.</summary>
    public SentBody Replacing(string name, string? value)
    {
        if (value is null)
            Headers.Remove(name);
        else
            Headers[name] = value;

        return this;
    }

    public SentBody Requiring(BodyRequirements requirements) => new SentBody
    {
        Wire = Wire,
        Payload = Payload,
        Requirements = requirements,
        SendContentLength = SendContentLength,
    }.With([.. Headers.Select(h => (h.Key, h.Value.ToString()))]);

    public SentBody Paying(PayloadMode payload) => new SentBody
    {
        Wire = Wire,
        Payload = () => payload,
        Requirements = Requirements,
    }.With([.. Headers.Select(h => (h.Key, h.Value.ToString()))]);

    public SentBody WithoutContentLength() => new SentBody
    {
        Wire = Wire,
        Payload = Payload,
        Requirements = Requirements,
        SendContentLength = false,
    }.With([.. Headers.Select(h => (h.Key, h.Value.ToString()))]);

    public RequestBody Open(Stream? source = null) => RequestBody.Open(
        new IncomingRequest
        {
            Method = "PUT",
            RawPath = "/bucket/key",
            Query = S3Query.Empty,
            Headers = Headers,
            Host = "localhost",
            Bucket = "bucket",
            Key = "key",
            RequestId = "0000000000000001",
            Body = source ?? new MemoryStream(Wire),
            ContentLength = SendContentLength ? Wire.Length : null,
        },
        Payload(),
        Requirements);

    /// <summary>Reads as a backend does, to the end.</summary>
    public async Task<byte[]> ReadAsync(int bufferBytes = 64 * 1024, Stream? source = null)
    {
        using var body = Open(source);
        using var result = new MemoryStream();
        var buffer = new byte[bufferBytes];
        while (true)
        {
            var count = await body.Content.ReadAsync(buffer, TestContext.Current.CancellationToken);
            if (count == 0)
                break;

            await result.WriteAsync(buffer.AsMemory(0, count), TestContext.Current.CancellationToken);
        }

        body.IsVerified.ShouldBeTrue();
        body.LengthBytes.ShouldBe(result.Length);
        body.Md5.ShouldBe(MD5.HashData(result.ToArray()));
        return result.ToArray();
    }

    /// <summary>The error a read to the end, or already the headers, ends with; null when it ends well.</summary>
    public async Task<S3Error?> RefusalAsync(int bufferBytes = 64 * 1024)
    {
        try
        {
            await ReadAsync(bufferBytes);
            return null;
        }
        catch (S3Exception e)
        {
            return e.Error;
        }
    }

    public static string Base64(uint crc)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, crc);
        return Convert.ToBase64String(bytes);
    }

    private static string Sign(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(SigningKey, Encoding.UTF8.GetBytes(text)));

    private static byte[] DeriveKey(string secret, string date, string region, string service)
        => new[] { date, region, service, "aws4_request" }.Aggregate(
            Encoding.UTF8.GetBytes("AWS4" + secret), (key, text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
}

/// <summary>Gives its bytes in pieces of chosen sizes, asynchronously, as a network does.</summary>
internal sealed class PiecemealStream(byte[] bytes, Func<int> nextSize) : Stream
{
    private int _at;

    public int Reads { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _at; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Reads++;
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        var count = Math.Min(Math.Min(buffer.Length, Math.Max(1, nextSize())), bytes.Length - _at);
        bytes.AsMemory(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
