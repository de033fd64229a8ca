using System.Security.Cryptography;
using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Bodies;
using BleepStore.Api.Checksums;
using BleepStore.Api.Protocol;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace BleepStore.Tests.Bodies;

/// <summary>What an operation gets from a body that is right, and from a client that goes away.</summary>
public sealed class RequestBodyTests
{
    private static readonly byte[] Data = "123456789"u8.ToArray();

    [Theory]
    [InlineData("CRC32")]
    [InlineData("CRC32C")]
    [InlineData("CRC64NVME")]
    [InlineData("SHA1")]
    [InlineData("SHA256")]
    public async Task A_checksum_in_a_header_or_trailer_is_verified_and_given_back(string name)
    {
        var info = ChecksumAlgorithms.ParseName(name).Info();
        var value = RunningChecksum.Compute(info.Algorithm, Data);
        var text = Convert.ToBase64String(value);
        SentBody[] forms =
        [
            SentBody.Plain(Data, (info.HeaderName, text), ("x-amz-sdk-checksum-algorithm", name.ToLowerInvariant())),
            SentBody.Plain(Data, (info.HeaderName, text)).Paying(new PayloadMode.SignedHash(SHA256.HashData(Data))),
            SentBody.Unsigned(Data, $"{info.HeaderName}:{text}\r\n\r\n", 4, ("x-amz-trailer", info.HeaderName)),
            SentBody.Signed(Data, new string('5', 64), 4, $"{info.HeaderName}:{text}"),
        ];
        foreach (var form in forms)
        {
            using var body = form.Open();
            (await body.ReadAllAsync(TestContext.Current.CancellationToken)).ShouldBe(Data);
            body.Checksum.Algorithm.ShouldBe(info.Algorithm);
            body.Checksum.Value.ShouldBe(value);
            body.Checksum.SentByClient.ShouldBeTrue();
            body.Md5.ShouldBe(MD5.HashData(Data));
            body.LengthBytes.ShouldBe(9);
        }
    }

    [Fact]
    public async Task Without_a_checksum_ours_is_CRC64NVME()
    {
        using var body = SentBody.Plain(Data).Open();
        await body.ReadAllAsync(TestContext.Current.CancellationToken);
        body.Checksum.Algorithm.ShouldBe(ChecksumAlgorithm.Crc64Nvme);
        Convert.ToHexStringLower(body.Checksum.Value).ShouldBe("ae8b14860a799888");
        body.Checksum.SentByClient.ShouldBeFalse();
    }

    [Fact]
    public async Task Without_a_checksum_a_part_gets_that_of_its_upload()
    {
        using var body = SentBody.Plain(Data).Requiring(new BodyRequirements(99) { Algorithm = ChecksumAlgorithm.Sha1 }).Open();
        await body.ReadAllAsync(TestContext.Current.CancellationToken);
        body.Checksum.Value.ShouldBe(SHA1.HashData(Data));
        body.Checksum.SentByClient.ShouldBeFalse();
    }

    [Fact]
    public async Task Content_MD5_and_payload_hash_that_are_right_are_accepted()
        => (await SentBody.Plain(Data, ("Content-MD5", Convert.ToBase64String(MD5.HashData(Data))))
            .Paying(new PayloadMode.SignedHash(SHA256.HashData(Data))).ReadAsync()).ShouldBe(Data);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_empty_body_is_a_body(bool isFramed)
    {
        var sent = isFramed
            ? SentBody.Unsigned([], "x-amz-checksum-crc32:AAAAAA==\r\n\r\n", 16, ("x-amz-trailer", "x-amz-checksum-crc32"))
            : SentBody.Plain([]);
        (await sent.ReadAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_document_may_come_without_a_length()
        => (await SentBody.Plain(Data).Requiring(BodyRequirements.Document(9)).WithoutContentLength().ReadAsync()).ShouldBe(Data);

    [Fact]
    public async Task A_document_longer_than_the_first_buffer_is_read_whole()
    {
        var data = new byte[300_000];
        new Random(3).NextBytes(data);
        using var sized = SentBody.Plain(data).Requiring(BodyRequirements.Document(1 << 20)).Open();
        (await sized.ReadAllAsync(TestContext.Current.CancellationToken)).ShouldBe(data);
        using var unsized = SentBody.Plain(data).Requiring(BodyRequirements.Document(1 << 20)).WithoutContentLength().Open();
        (await unsized.ReadAllAsync(TestContext.Current.CancellationToken)).ShouldBe(data);
    }

    [Fact]
    public async Task Nothing_is_read_before_the_first_read()
    {
        var source = new PiecemealStream(Data, () => 4);
        using var body = SentBody.Plain(Data).Open(source);
        source.Reads.ShouldBe(0);
        (await body.Content.ReadAsync(Memory<byte>.Empty, TestContext.Current.CancellationToken)).ShouldBe(0);
        source.Reads.ShouldBe(0);
        body.IsVerified.ShouldBeFalse();
    }

    [Theory]
    [InlineData("reset", "IncompleteBody")]
    [InlineData("end", "IncompleteBody")]
    [InlineData("slow", "RequestTimeout")]
    public async Task A_client_that_goes_away_is_no_fault_of_ours(string kind, string code)
    {
        Exception failure = kind switch
        {
            "reset" => new ConnectionResetException("gone"),
            "end" => new BadHttpRequestException("Unexpected end of request content.", StatusCodes.Status400BadRequest),
            _ => new BadHttpRequestException("Too slow.", StatusCodes.Status408RequestTimeout),
        };
        foreach (var sent in (SentBody[])[SentBody.Plain(Data), SentBody.Signed(Data, new string('5', 64), 4)])
        {
            using var body = sent.Open(new PiecemealStream(sent.Wire, () => throw failure));
            var error = await Should.ThrowAsync<S3Exception>(async () => await body.ReadAllAsync(TestContext.Current.CancellationToken));
            error.Error.Code.ShouldBe(code);
            error.InnerException.ShouldBe(failure);
        }
    }

    [Theory]
    [InlineData("", "IncompleteBody")]
    [InlineData("9\r\n123456789\r\n0\r\n", "MalformedTrailerError")]
    public async Task A_line_without_end_is_given_up_early(string before, string code)
    {
        var sent = SentBody.Unsigned(Data, "");
        var endless = new PiecemealStream([.. Encoding.ASCII.GetBytes(before), .. Enumerable.Repeat((byte)'0', 1 << 20)], () => 4096);
        (await Should.ThrowAsync<S3Exception>(async () => await sent.ReadAsync(source: endless))).Error.Code.ShouldBe(code);
        endless.Position.ShouldBeLessThan(40 * 1024);
    }

    [Fact]
    public async Task A_cancelled_read_is_cancelled_and_leaves_no_body_that_could_end_well()
    {
        using var body = SentBody.Plain(Data).Open(new PiecemealStream(Data, () => 4));
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () => await body.ReadAllAsync(cancellation.Token));
        (await Should.ThrowAsync<S3Exception>(async () => await body.ReadAllAsync(TestContext.Current.CancellationToken)))
            .Error.Code.ShouldBe("IncompleteBody");
    }
}
