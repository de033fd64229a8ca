using System.Globalization;
using System.Text;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>Broken <c>aws-chunked</c> uploads over the wire: each is refused with its own error, and nothing is stored.</summary>
public sealed class ChunkedUploadAttackTests(ChunkedUploadAttackTests.Fixture fixture) : IClassFixture<ChunkedUploadAttackTests.Fixture>
{
    private const int ChunkBytes = 32 * 1024;
    private const string Crc = "x-amz-checksum-crc32";

    // Four chunks, far beyond what is stored inline: a refused body has already been written when the error is found.
    private static readonly byte[] Data = CreateData();

    private AttackHost Attack => fixture.Attack;

    public static TheoryData<string, string> SignedAttacks => new()
    {
        { "signature 1", "403 SignatureDoesNotMatch" },
        { "signature 2", "403 SignatureDoesNotMatch" },
        { "signature 4", "403 SignatureDoesNotMatch" },
        { "signature 5", "403 SignatureDoesNotMatch" },
        { "data", "403 SignatureDoesNotMatch" },
        { "swapped", "403 SignatureDoesNotMatch" },
        { "chunk left out", "403 SignatureDoesNotMatch" },
        { "chunk twice", "403 SignatureDoesNotMatch" },
        { "short signature", "400 IncompleteBody" },
        { "no signature", "400 IncompleteBody" },
        { "no final chunk", "400 IncompleteBody" },
        { "cut", "400 IncompleteBody" },
        { "bytes after", "400 IncompleteBody" },
        { "size 10000000000000000", "400 IncompleteBody" },
        { "size ffffffffffffffff", "400 IncompleteBody" },
        { "size 7fffffffffffffff", "400 IncompleteBody" },
        { "size 8000000000000000", "400 IncompleteBody" },
        { "size -1", "400 IncompleteBody" },
        { "size 0x8000", "400 IncompleteBody" },
        { "size  8000", "400 IncompleteBody" },
        { "size ", "400 IncompleteBody" },
        { "size 7fff", "403 SignatureDoesNotMatch" },
        { "megabyte header", "400 IncompleteBody" },
        { "length +1", "400 IncompleteBody" },
        { "length -1", "400 IncompleteBody" },
        { "length 0", "400 IncompleteBody" },
        { "length text", "411 MissingContentLength" },
        { "length negative", "411 MissingContentLength" },
        { "length missing", "411 MissingContentLength" },
        { "length huge", "400 EntityTooLarge" },
        { "not chunked", "400 IncompleteBody" },
    };

    [Theory]
    [MemberData(nameof(SignedAttacks))]
    public async Task A_signed_chunked_upload_is_refused_for(string attack, string expected)
    {
        foreach (var asPart in (bool[])[false, true])
        {
            var before = await Attack.PictureAsync();
            var request = Declared(TestSigner.Streaming, asPart);
            SpoilLength(request, attack);
            var signer = AttackHost.Signer(S3TestHost.Alice);
            var now = AttackHost.Now;
            var seed = signer.SignHeader(request, now);
            request.Body = attack == "not chunked" ? Data : Spoil(signer.SignedChunks(Data, ChunkBytes, now, seed), attack);
            (await Attack.SendAsync(request)).Outcome.ShouldBe(expected);
            (await Attack.PictureAsync()).ShouldBe(before);
        }
    }

    public static TheoryData<string, bool, string> TrailerAttacks => new()
    {
        { "wrong checksum", false, "400 BadDigest" },
        { "wrong checksum", true, "400 BadDigest" },
        { "invalid checksum", false, "400 InvalidRequest" },
        { "undeclared", false, "400 MalformedTrailerError" },
        { "undeclared", true, "400 MalformedTrailerError" },
        { "missing", false, "400 MalformedTrailerError" },
        { "duplicated", false, "400 MalformedTrailerError" },
        { "duplicated", true, "400 MalformedTrailerError" },
        { "another", false, "400 MalformedTrailerError" },
        { "unknown algorithm", false, "400 InvalidRequest" },
        { "two declared", false, "400 InvalidRequest" },
        { "header and trailer", false, "400 InvalidRequest" },
        { "trailer signature", true, "403 SignatureDoesNotMatch" },
        { "no trailer signature", true, "400 MalformedTrailerError" },
        { "behind the signature", true, "400 MalformedTrailerError" },
        { "no blank line", false, "400 IncompleteBody" },
        { "bytes after", false, "400 IncompleteBody" },
        { "endless", false, "400 MalformedTrailerError" },
    };

    [Theory]
    [MemberData(nameof(TrailerAttacks))]
    public async Task An_upload_with_trailers_is_refused_for(string attack, bool isSigned, string expected)
    {
        foreach (var asPart in (bool[])[false, true])
        {
            var before = await Attack.PictureAsync();
            var request = Declared(isSigned ? TestSigner.StreamingTrailer : TestSigner.StreamingUnsignedTrailer, asPart);
            var signer = AttackHost.Signer(S3TestHost.Alice);
            var now = AttackHost.Now;
            DeclareTrailers(request, attack);
            var seed = signer.SignHeader(request, now);
            var trailers = Trailers(attack);
            var body = isSigned ? signer.SignedChunks(Data, ChunkBytes, now, seed, trailers) : TestSigner.UnsignedChunks(Data, ChunkBytes, trailers);
            request.Body = attack switch
            {
                "trailer signature" => Flip(body, "x-amz-trailer-signature:", 1),
                "no trailer signature" => [.. body[..Find(body, "x-amz-trailer-signature:", 1)], .. "\r\n"u8],
                "behind the signature" => [.. body[..^2], .. "x-amz-checksum-crc32c:AAAAAA==\r\n\r\n"u8],
                "no blank line" => body[..^2],
                "bytes after" => [.. body, .. "x"u8],
                _ => body,
            };
            (await Attack.SendAsync(request)).Outcome.ShouldBe(expected);
            (await Attack.PictureAsync()).ShouldBe(before);
        }
    }

    [Theory]
    [InlineData(TestSigner.Streaming)]
    [InlineData(TestSigner.StreamingTrailer)]
    [InlineData(TestSigner.StreamingUnsignedTrailer)]
    public async Task The_same_upload_unspoiled_is_stored(string form)
    {
        await using var attack = new AttackHost();
        await attack.InitializeAsync();
        await attack.MustAsync(S3TestHost.Alice, "PUT", "/chunks");
        foreach (var isHttpChunked in (bool[])[false, true])
        {
            var request = Declared(form, asPart: false);
            request.Host = attack.Host.Endpoint.Authority;
            if (form != TestSigner.Streaming)
            {
                DeclareTrailers(request, "");
            }

            var signer = AttackHost.Signer(S3TestHost.Alice);
            var now = AttackHost.Now;
            var seed = signer.SignHeader(request, now);
            request.Body = form == TestSigner.StreamingUnsignedTrailer
                ? TestSigner.UnsignedChunks(Data, ChunkBytes, Trailers(""))
                : signer.SignedChunks(Data, ChunkBytes, now, seed, form == TestSigner.Streaming ? [] : Trailers(""));
            if (isHttpChunked)
            {
                request.With("Transfer-Encoding", "chunked");
                request.Body = [.. Encoding.ASCII.GetBytes($"{request.Body.Length:x};extension=\"a;b\"\r\n"), .. request.Body, .. "\r\n0\r\n\r\n"u8];
            }

            (await attack.SendAsync(request)).Outcome.ShouldBe("200");
            (await attack.MustAsync(S3TestHost.Alice, "GET", request.Target)).Body.ShouldBe(Data);
        }
    }

    private TestRequest Declared(string form, bool asPart)
        => Attack.New("PUT", asPart ? $"/chunks/object?partNumber=2&uploadId={fixture.Samples.UploadId}" : "/chunks/attacked")
            .With("x-amz-content-sha256", form).With("Content-Encoding", "aws-chunked")
            .With("x-amz-decoded-content-length", Data.Length.ToString(CultureInfo.InvariantCulture));

    private static void SpoilLength(TestRequest request, string attack)
    {
        const string name = "x-amz-decoded-content-length";
        switch (attack)
        {
            case "length +1":
                request.Set(name, (Data.Length + 1).ToString(CultureInfo.InvariantCulture));
                break;
            case "length -1":
                request.Set(name, (Data.Length - 1).ToString(CultureInfo.InvariantCulture));
                break;
            case "length 0":
                request.Set(name, "0");
                break;
            case "length text":
                request.Set(name, "0x10");
                break;
            case "length negative":
                request.Set(name, "-1");
                break;
            case "length missing":
                request.Remove(name);
                break;
            case "length huge":
                request.Set(name, ((5L << 30) + 1).ToString(CultureInfo.InvariantCulture));
                break;
        }
    }

    private static byte[] Spoil(byte[] body, string attack)
    {
        var second = Find(body, "8000;", 2);
        var third = Find(body, "8000;", 3);
        var last = Find(body, "0;chunk-signature=", 5);
        return attack.Split(' ', 2) switch
        {
            ["signature", var n] => Flip(body, ";chunk-signature=", int.Parse(n, CultureInfo.InvariantCulture)),
            ["data"] => [.. body[..(third - 10)], (byte)(body[third - 10] ^ 1), .. body[(third - 9)..]],
            ["swapped"] => [.. body[second..third], .. body[..second], .. body[third..]],
            ["chunk", "left out"] => [.. body[..second], .. body[third..]],
            ["chunk", "twice"] => [.. body[..third], .. body[second..]],
            ["short", _] => [.. body[..(second + 40)], .. body[(second + 41)..]],
            ["no", "signature"] => [.. body[..(second + 4)], .. body[(second + 5 + 16 + 64)..]],
            ["no", "final chunk"] => body[..last],
            ["cut"] => body[..(third + 1000)],
            ["bytes", "after"] => [.. body, .. "0"u8],
            ["size", var size] => [.. body[..second], .. Encoding.ASCII.GetBytes(size), .. body[(second + 4)..]],
            ["megabyte", _] => [.. body[..second], .. Enumerable.Repeat((byte)'1', 1 << 20), .. body[second..]],
            _ => body,
        };
    }

    private static void DeclareTrailers(TestRequest request, string attack)
    {
        switch (attack)
        {
            case "undeclared":
                break;
            case "unknown algorithm":
                request.With("x-amz-trailer", "x-amz-checksum-md4");
                break;
            case "two declared":
                request.With("x-amz-trailer", $"{Crc},x-amz-checksum-sha1");
                break;
            case "header and trailer":
                request.With("x-amz-trailer", Crc).With("x-amz-checksum-crc32c", "AAAAAA==");
                break;
            default:
                request.With("x-amz-trailer", Crc);
                break;
        }
    }

    private static (string Name, string Value)[] Trailers(string attack)
    {
        var right = (Crc, Crc32(Data));
        return attack switch
        {
            "wrong checksum" => [(Crc, "AAAAAA==")],
            "invalid checksum" => [(Crc, "AAAA")],
            "missing" => [],
            "duplicated" => [right, right],
            "another" => [("x-amz-checksum-crc32c", "AAAAAA==")],
            "unknown algorithm" => [("x-amz-checksum-md4", "AAAAAA==")],
            "two declared" => [right, ("x-amz-checksum-sha1", "AAAAAA==")],
            "endless" => [right, ("x-amz-checksum-crc32", new string('A', 100_000))],
            _ => [right],
        };
    }

    private static string Crc32(byte[] data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (0u - (crc & 1)));
            }
        }

        return Convert.ToBase64String([(byte)(~crc >> 24), (byte)(~crc >> 16), (byte)(~crc >> 8), (byte)~crc]);
    }

    private static byte[] Flip(byte[] body, string before, int nth)
    {
        var at = Find(body, before, nth) + before.Length;
        var spoiled = body.ToArray();
        spoiled[at] = body[at] == '0' ? (byte)'1' : (byte)'0';
        return spoiled;
    }

    private static int Find(byte[] body, string text, int nth)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        var at = -1;
        for (var i = 0; i < nth; i++)
        {
            var next = body.AsSpan(at + 1).IndexOf(bytes);
            if (next < 0)
            {
                return at;
            }

            at += 1 + next;
        }

        return at;
    }

    private static byte[] CreateData()
    {
        var data = new byte[(4 * ChunkBytes) - 100];

        // Letters only, so that no chunk header can be found by chance.
        var random = new Random(20240501);
        for (var i = 0; i < data.Length; i++)
        {
            data[i] = (byte)('a' + random.Next(26));
        }

        return data;
    }

    public sealed class Fixture : IAsyncLifetime
    {
        public AttackHost Attack { get; } = new(TestEngines.Durable);

        internal SampleRequests Samples { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await Attack.InitializeAsync();
            Samples = await SampleRequests.PrepareAsync(Attack, S3TestHost.Alice, "chunks");
        }

        public ValueTask DisposeAsync() => Attack.DisposeAsync();
    }
}
