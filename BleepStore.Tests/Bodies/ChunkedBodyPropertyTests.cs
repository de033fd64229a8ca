using System.Globalization;
using System.Text;
using BleepStore.Api.Checksums;
using BleepStore.Api.Protocol;

namespace BleepStore.Tests.Bodies;

/// <summary>What holds for every chunked body, however it arrives and wherever it is damaged.</summary>
public sealed class ChunkedBodyPropertyTests(ITestOutputHelper output)
{
    private const int Seed = 11;
    private static readonly string SeedSignature = new('5', 64);
    private static readonly byte[] Data = Encoding.ASCII.GetBytes("The quick brown fox jumps over the lazy dog, again and again.");
    private static readonly string Trailer
        = "x-amz-checksum-crc32:" + Convert.ToBase64String(RunningChecksum.Compute(ChecksumAlgorithm.Crc32, Data));

    private static SentBody Valid(string form) => form switch
    {
        "signed" => SentBody.Signed(Data, SeedSignature, chunkBytes: 24),
        "signed, trailer" => SentBody.Signed(Data, SeedSignature, chunkBytes: 24, Trailer),
        "unsigned, trailer" => SentBody.Unsigned(Data, Trailer + "\r\n\r\n", chunkBytes: 24, ("x-amz-trailer", "x-amz-checksum-crc32")),
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "Unknown."),
    };

    [Theory]
    [InlineData("signed")]
    [InlineData("signed, trailer")]
    [InlineData("unsigned, trailer")]
    public async Task However_reads_and_arrivals_are_split_the_bytes_are_the_same(string form)
    {
        output.WriteLine(Seed.ToString(CultureInfo.InvariantCulture));
        var random = new Random(Seed);
        var sent = Valid(form);
        for (var bufferBytes = 1; bufferBytes < 70; bufferBytes++)
        {
            (await sent.ReadAsync(bufferBytes, new PiecemealStream(sent.Wire, () => 1))).ShouldBe(Data);
            (await sent.ReadAsync(bufferBytes, new PiecemealStream(sent.Wire, () => random.Next(1, 90)))).ShouldBe(Data);
        }
    }

    [Fact]
    public async Task Large_chunks_of_random_sizes_come_through_whole()
    {
        output.WriteLine(Seed.ToString(CultureInfo.InvariantCulture));
        var random = new Random(Seed);
        for (var round = 0; round < 10; round++)
        {
            var data = new byte[random.Next(0, 300_000)];
            random.NextBytes(data);
            var sent = SentBody.Signed(data, SeedSignature, chunkBytes: random.Next(1_000, 100_000));
            (await sent.ReadAsync(random.Next(1, 100_000), new PiecemealStream(sent.Wire, () => random.Next(1, 70_000)))).ShouldBe(data);
        }
    }

    [Theory]
    [InlineData("signed")]
    [InlineData("signed, trailer")]
    [InlineData("unsigned, trailer")]
    public async Task Every_truncation_is_refused(string form)
    {
        var sent = Valid(form);
        for (var length = 0; length < sent.Wire.Length; length++)
            (await sent.Sending(sent.Wire[..length]).RefusalAsync(bufferBytes: 16)).ShouldNotBeNull($"Cut at {length}.");
    }

    [Theory]
    [InlineData("signed")]
    [InlineData("signed, trailer")]
    [InlineData("unsigned, trailer")]
    public async Task No_change_of_one_byte_ends_with_other_bytes(string form)
    {
        var sent = Valid(form);
        for (var at = 0; at < sent.Wire.Length; at++)
        {
            foreach (var change in (byte[])[0x01, 0x20, 0x80, 0x0A])
            {
                var wire = sent.Wire.ToArray();
                wire[at] ^= change;
                var damaged = sent.Sending(wire);
                if (await damaged.RefusalAsync(bufferBytes: 16) is null)
                {
                    (await damaged.ReadAsync()).ShouldBe(Data);
                    var isCase = char.IsAsciiLetter((char)wire[at]) && change == 0x20;
                    isCase.ShouldBeTrue($"Only the case of a letter may change, not byte {at}.");
                }
            }
        }
    }

    [Theory]
    [InlineData("signed")]
    [InlineData("signed, trailer")]
    [InlineData("unsigned, trailer")]
    public async Task Bytes_after_the_end_are_refused(string form)
    {
        var sent = Valid(form);
        (await sent.Sending([.. sent.Wire, (byte)'x']).RefusalAsync()).ShouldNotBeNull().Code.ShouldBe("IncompleteBody");
        (await sent.Sending([.. sent.Wire, .. sent.Wire]).RefusalAsync()).ShouldNotBeNull().Code.ShouldBe("IncompleteBody");

        // Also when they come in a packet of their own, after the end was already seen.
        var late = new PiecemealStream([.. sent.Wire, (byte)'x'], () => 1);
        (await Should.ThrowAsync<S3Exception>(async () => await sent.ReadAsync(source: late))).Error.Code.ShouldBe("IncompleteBody");
    }

    [Fact]
    public async Task Swapped_chunks_are_refused()
    {
        var sent = SentBody.Signed([.. new byte[24], .. Data[..24]], SeedSignature, chunkBytes: 24);
        var chunk = "18;chunk-signature=".Length + 64 + 2 + 24 + 2;
        byte[] swapped = [.. sent.Wire[chunk..(2 * chunk)], .. sent.Wire[..chunk], .. sent.Wire[(2 * chunk)..]];
        (await sent.Sending(swapped).RefusalAsync()).ShouldNotBeNull().Code.ShouldBe("SignatureDoesNotMatch");
    }
}
