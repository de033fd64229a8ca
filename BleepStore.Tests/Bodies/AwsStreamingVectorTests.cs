using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Checksums;

namespace BleepStore.Tests.Bodies;

/// <summary>
/// The two worked examples of the AWS documentation, byte for byte:
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and …/sigv4-streaming-trailers.html
/// </summary>
public sealed class AwsStreamingVectorTests
{
    private const string Seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
    private const string TrailerSeed = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";
    private static readonly byte[] Data = Enumerable.Repeat((byte)'a', 66560).ToArray();

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(64 * 1024)]
    [InlineData(1024 * 1024)]
    public async Task The_signed_chunks_of_the_documentation_are_accepted(int bufferBytes)
    {
        var wire = Wire(
            "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
            "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
            "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
            "");
        wire.Length.ShouldBe(66824);
        (await Sent(wire, Seed, hasTrailer: false).ReadAsync(bufferBytes)).ShouldBe(Data);
    }

    [Fact]
    public async Task The_signed_trailer_of_the_documentation_is_accepted()
    {
        var wire = TrailerWire("x-amz-checksum-crc32c:sOO8/Q==\r\n");
        wire.Length.ShouldBe(66946);
        var sent = Sent(wire, TrailerSeed, hasTrailer: true).With(("x-amz-trailer", "x-amz-checksum-crc32c"));
        (await sent.ReadAsync()).ShouldBe(Data);

        using var body = sent.Open();
        await body.ReadAllAsync(TestContext.Current.CancellationToken);
        body.Checksum.Algorithm.ShouldBe(ChecksumAlgorithm.Crc32C);
        Convert.ToBase64String(body.Checksum.Value).ShouldBe("sOO8/Q==");
        body.Checksum.SentByClient.ShouldBeTrue();
    }

    [Fact]
    public async Task A_trailer_that_ends_with_a_line_feed_of_its_own_is_accepted()
        => (await Sent(TrailerWire("x-amz-checksum-crc32c:sOO8/Q==\n\r\n"), TrailerSeed, hasTrailer: true)
            .With(("x-amz-trailer", "x-amz-checksum-crc32c")).ReadAsync()).ShouldBe(Data);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_wrong_signature_of_any_chunk_or_the_trailer_is_refused(int which)
    {
        var wire = TrailerWire("x-amz-checksum-crc32c:sOO8/Q==\r\n");
        var text = Encoding.Latin1.GetString(wire);
        var at = -1;
        for (var i = 0; i <= which; i++)
            at = text.IndexOf("-signature", at + 1, StringComparison.Ordinal);

        at += "-signature=".Length;
        wire[at] = wire[at] == (byte)'0' ? (byte)'1' : (byte)'0';
        var error = await Sent(wire, TrailerSeed, hasTrailer: true).With(("x-amz-trailer", "x-amz-checksum-crc32c")).RefusalAsync();
        error.ShouldNotBeNull().Code.ShouldBe("SignatureDoesNotMatch");
    }

    private static byte[] TrailerWire(string trailer) => Wire(
        "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
        "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
        "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
        trailer + "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n");

    private static byte[] Wire(string first, string second, string last, string trailers) =>
    [
        .. Encoding.ASCII.GetBytes($"10000;chunk-signature={first}\r\n"), .. Data[..65536],
        .. Encoding.ASCII.GetBytes($"\r\n400;chunk-signature={second}\r\n"), .. Data[65536..],
        .. Encoding.ASCII.GetBytes($"\r\n0;chunk-signature={last}\r\n{trailers}\r\n"),
    ];

    private static SentBody Sent(byte[] wire, string seed, bool hasTrailer) => new SentBody
    {
        Wire = wire,
        Payload = () => new PayloadMode.StreamingSigned(
            new ChunkSignatures(SentBody.SigningKey, SentBody.AmzDate, SentBody.Scope, seed), hasTrailer),
    }.With(("x-amz-decoded-content-length", "66560"));
}
