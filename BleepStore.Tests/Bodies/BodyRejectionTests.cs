using System.Globalization;
using System.Security.Cryptography;
using BleepStore.Api.Auth;
using BleepStore.Api.Bodies;
using BleepStore.Api.Checksums;
using BleepStore.Api.Protocol;

namespace BleepStore.Tests.Bodies;

/// <summary>Each reason to refuse a body, with the error that S3 gives for it.</summary>
public sealed class BodyRejectionTests
{
    private const string Crc32 = "x-amz-checksum-crc32";
    private const string Single = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.";
    private const string Trailing =
        "The request contained trailing data that was not well-formed or did not conform to our published schema.";
    private const string Terminated = "The request body terminated unexpectedly";
    private static readonly byte[] Data = "123456789"u8.ToArray();
    private static readonly string Crc = SentBody.Base64(0xcbf43926);
    private static readonly string WrongCrc = SentBody.Base64(0xcbf43927);
    private static readonly string Line = $"{Crc32}:{Crc}\r\n";

    private static SentBody Trailered(string rest, string declared = Crc32)
        => SentBody.Unsigned(Data, rest, chunkBytes: 16, ("x-amz-trailer", declared));

    private static readonly Dictionary<string, (string Code, string? Message, Func<SentBody> Sent)> Cases = new()
    {
        ["no length"] = ("MissingContentLength", null, () => SentBody.Plain(Data).WithoutContentLength()),
        ["no decoded length"] = ("MissingContentLength", null,
            () => Trailered(Line + "\r\n").Replacing("x-amz-decoded-content-length", null)),
        ["decoded length is no number"] = ("MissingContentLength", null,
            () => Trailered(Line + "\r\n").Replacing("x-amz-decoded-content-length", "nine")),
        ["negative decoded length"] = ("MissingContentLength", null,
            () => Trailered(Line + "\r\n").Replacing("x-amz-decoded-content-length", "-9")),
        ["too large"] = ("EntityTooLarge", null, () => SentBody.Plain(Data).Requiring(new BodyRequirements(8))),
        ["too large, decoded"] = ("EntityTooLarge", null, () => Trailered(Line + "\r\n").Requiring(new BodyRequirements(8))),
        ["document too large"] = ("MaxMessageLengthExceeded", null, () => SentBody.Plain(Data).Requiring(BodyRequirements.Document(8))),
        ["document without length too large"] = ("MaxMessageLengthExceeded", null,
            () => SentBody.Plain(Data).Requiring(BodyRequirements.Document(8)).WithoutContentLength()),
        ["more than the decoded length"] = ("IncompleteBody", null,
            () => Trailered(Line + "\r\n").Replacing("x-amz-decoded-content-length", "8")),
        ["less than the decoded length"] = ("IncompleteBody", null,
            () => Trailered(Line + "\r\n").Replacing("x-amz-decoded-content-length", "10")),
        ["plain, less than the decoded length"] = ("IncompleteBody", null,
            () => SentBody.Plain(Data, ("x-amz-decoded-content-length", "10")).WithoutContentLength()),
        ["size is no number"] = ("IncompleteBody", Terminated, () => Trailered("").Sending("x\r\n"u8.ToArray())),
        ["size is empty"] = ("IncompleteBody", Terminated, () => Trailered("").Sending("\r\n"u8.ToArray())),
        ["size is negative"] = ("IncompleteBody", Terminated, () => Trailered("").Sending("-9\r\n123456789\r\n"u8.ToArray())),
        ["size has a sign"] = ("IncompleteBody", Terminated, () => Trailered("").Sending("+9\r\n123456789\r\n"u8.ToArray())),
        ["size has 0x"] = ("IncompleteBody", Terminated, () => Trailered("").Sending("0x9\r\n123456789\r\n"u8.ToArray())),
        ["size overflows"] = ("IncompleteBody", Terminated, () => Trailered("").Sending("FFFFFFFFFFFFFFFF\r\n123456789\r\n"u8.ToArray())),
        ["size of 17 digits"] = ("IncompleteBody", Terminated,
            () => Trailered("").Sending("00000000000000009\r\n123456789\r\n"u8.ToArray())),
        ["size beyond the body"] = ("IncompleteBody", Terminated, () => Trailered("").Sending("7FFFFFFFFFFFFFFF\r\n12345678"u8.ToArray())),
        ["line feed only"] = ("IncompleteBody", Terminated, () => Trailered("").Sending("9\n123456789\n0\n\n"u8.ToArray())),
        ["chunk extension"] = ("IncompleteBody", Terminated, () => Trailered("").Sending("9;a=b\r\n123456789\r\n0\r\n\r\n"u8.ToArray())),
        ["header without end"] = ("IncompleteBody", Terminated, () => Trailered("").Sending([.. Enumerable.Repeat((byte)'0', 1 << 20)])),
        ["unsigned chunk where signed"] = ("IncompleteBody", Terminated,
            () => SentBody.Signed(Data, new string('5', 64), 16).Sending("9\r\n123456789\r\n0\r\n\r\n"u8.ToArray())),
        ["trailer missing"] = ("MalformedTrailerError", Trailing, () => Trailered("\r\n")),
        ["trailer undeclared"] = ("MalformedTrailerError", Trailing, () => SentBody.Unsigned(Data, Line + "\r\n")),
        ["trailer of another name"] = ("MalformedTrailerError", Trailing, () => Trailered($"x-amz-checksum-crc32c:{Crc}\r\n\r\n")),
        ["trailer twice"] = ("MalformedTrailerError", Trailing, () => Trailered(Line + Line + "\r\n")),
        ["trailer without colon"] = ("MalformedTrailerError", Trailing, () => Trailered(Crc32 + Crc + "\r\n\r\n")),
        ["trailer without name"] = ("MalformedTrailerError", Trailing, () => Trailered(":" + Crc + "\r\n\r\n")),
        ["trailer too long"] = ("MalformedTrailerError", Trailing, () => Trailered($"{Crc32}:{new string('A', 17 * 1024)}\r\n\r\n")),
        ["trailer in a mode without"] = ("MalformedTrailerError", Trailing, () => SentBody.Plain(Data, ("x-amz-trailer", Crc32))),
        ["trailer signature where unsigned"] = ("MalformedTrailerError", Trailing,
            () => Trailered(Line + $"x-amz-trailer-signature:{new string('5', 64)}\r\n\r\n")),
        ["trailer that is no checksum"] = ("InvalidRequest", "The value specified in the x-amz-trailer header is not supported",
            () => Trailered("\r\n", "x-amz-meta-a")),
        ["trailer of an unknown checksum"] = ("InvalidRequest", null, () => Trailered("\r\n", "x-amz-checksum-sha10")),
        ["trailer value malformed"] = ("InvalidRequest", "Value for x-amz-checksum-crc32 trailing header is invalid.",
            () => Trailered($"{Crc32}:abc\r\n\r\n")),
        ["trailer value wrong"] = ("BadDigest", "The CRC32 you specified did not match the calculated checksum.",
            () => Trailered($"{Crc32}:{WrongCrc}\r\n\r\n")),
        ["content-md5 malformed"] = ("InvalidDigest", "The Content-MD5 you specified was invalid.",
            () => SentBody.Plain(Data, ("Content-MD5", "invalid"))),
        ["content-md5 in hex"] = ("InvalidDigest", null,
            () => SentBody.Plain(Data, ("Content-MD5", Convert.ToHexStringLower(MD5.HashData(Data))))),
        ["content-md5 empty"] = ("InvalidDigest", null, () => SentBody.Plain(Data, ("Content-MD5", ""))),
        ["content-md5 wrong"] = ("BadDigest", "The Content-MD5 you specified did not match what we received.",
            () => SentBody.Plain(Data, ("Content-MD5", Convert.ToBase64String(new byte[16])))),
        ["payload hash wrong"] = ("XAmzContentSHA256Mismatch", null,
            () => SentBody.Plain(Data).Paying(new PayloadMode.SignedHash(new byte[32]))),
        ["payload hash wrong with sha256 checksum right"] = ("XAmzContentSHA256Mismatch", null,
            () => SentBody.Plain(Data, ("x-amz-checksum-sha256", Convert.ToBase64String(SHA256.HashData(Data))))
                .Paying(new PayloadMode.SignedHash(new byte[32]))),
        ["payload hash before content-md5"] = ("XAmzContentSHA256Mismatch", null,
            () => SentBody.Plain(Data, ("Content-MD5", Convert.ToBase64String(new byte[16])))
                .Paying(new PayloadMode.SignedHash(new byte[32]))),
        ["checksum malformed"] = ("InvalidRequest", "Value for x-amz-checksum-crc32 header is invalid.",
            () => SentBody.Plain(Data, (Crc32, "bad"))),
        ["checksum of another length"] = ("InvalidRequest", "Value for x-amz-checksum-sha256 header is invalid.",
            () => SentBody.Plain(Data, ("x-amz-checksum-sha256", Crc))),
        ["checksum wrong"] = ("BadDigest", "The CRC32 you specified did not match the calculated checksum.",
            () => SentBody.Plain(Data, (Crc32, WrongCrc))),
        ["two checksums"] = ("InvalidRequest", Single,
            () => SentBody.Plain(Data, (Crc32, Crc), ("x-amz-checksum-crc32c", SentBody.Base64(0xe3069283)))),
        ["one checksum twice"] = ("InvalidRequest", Single, () => SentBody.Plain(Data, (Crc32, Crc), (Crc32, WrongCrc))),
        ["two trailers"] = ("InvalidRequest", Single, () => Trailered("\r\n", $"{Crc32}, {Crc32}")),
        ["checksum in header and trailer"] = ("InvalidRequest", "Expecting a single x-amz-checksum- header",
            () => Trailered(Line + "\r\n").With((Crc32, Crc))),
        ["algorithm without checksum"] = ("InvalidRequest",
            "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
            () => SentBody.Plain(Data, ("x-amz-sdk-checksum-algorithm", "CRC32"))),
        ["algorithm of another checksum"] = ("InvalidRequest", "Value for x-amz-sdk-checksum-algorithm header is invalid.",
            () => SentBody.Plain(Data, (Crc32, Crc), ("x-amz-sdk-checksum-algorithm", "SHA1"))),
        ["algorithm unknown"] = ("InvalidRequest", null, () => SentBody.Plain(Data, ("x-amz-sdk-checksum-algorithm", "MD4"))),
        ["algorithm of AWS only"] = ("NotImplemented", null, () => SentBody.Plain(Data, ("x-amz-checksum-xxhash64", "AAAAAAAAAAA="))),
        ["not the upload's algorithm"] = ("InvalidRequest",
            "Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: crc32",
            () => SentBody.Plain(Data, (Crc32, Crc)).Requiring(new BodyRequirements(99) { Algorithm = ChecksumAlgorithm.Sha256 })),
        ["no checksum where the upload wants one"] = ("InvalidRequest",
            "Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: null",
            () => SentBody.Plain(Data)
                .Requiring(new BodyRequirements(99) { Algorithm = ChecksumAlgorithm.Sha256, AlgorithmMustBeSent = true })),
        ["no integrity header"] = ("InvalidRequest", "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
            () => SentBody.Plain(Data).Requiring(BodyRequirements.Document(99) with { IntegrityMustBeSent = true })),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_refusal_says_what_S3_says(string name)
    {
        var (code, message, sent) = Cases[name];
        foreach (var bufferBytes in (int[])[1, 9, 4096])
        {
            var error = (await sent().RefusalAsync(bufferBytes)).ShouldNotBeNull();
            error.Code.ShouldBe(code);
            if (message is not null)
                error.Message.ShouldBe(message);
        }
    }

    [Fact]
    public void Every_reason_has_an_error()
    {
        foreach (var reason in Enum.GetValues<BodyRejection>())
            reason.Error("subject").Status.ShouldBeInRange(400, 411);
    }

    [Fact]
    public async Task A_refusal_stays_a_refusal_at_every_later_read()
    {
        using var body = SentBody.Plain(Data, (Crc32, WrongCrc)).Open();
        var buffer = new byte[64];
        (await body.Content.ReadAsync(buffer, TestContext.Current.CancellationToken)).ShouldBe(9);
        for (var i = 0; i < 3; i++)
        {
            await Should.ThrowAsync<S3Exception>(
                async () => _ = await body.Content.ReadAsync(buffer, TestContext.Current.CancellationToken));
        }

        body.IsVerified.ShouldBeFalse();
        Should.Throw<InvalidOperationException>(() => body.Md5);
    }

    [Fact]
    public async Task Details_of_a_digest_that_differs_are_those_of_S3()
    {
        var wrong = new byte[16];
        var error = (await SentBody.Plain(Data, ("Content-MD5", Convert.ToBase64String(wrong))).RefusalAsync()).ShouldNotBeNull();
        error.Details.ShouldBe(
        [
            new("ExpectedDigest", Convert.ToHexStringLower(wrong)),
            new("CalculatedDigest", Convert.ToBase64String(MD5.HashData(Data))),
        ]);
        var size = (await SentBody.Plain(Data).Requiring(new BodyRequirements(8)).RefusalAsync()).ShouldNotBeNull();
        size.Details.ShouldBe([new("ProposedSize", 9.ToString(CultureInfo.InvariantCulture)), new("MaxSizeAllowed", "8")]);
    }
}
