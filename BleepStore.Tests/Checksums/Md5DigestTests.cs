using System.Globalization;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using System.Text;
using BleepStore.Api.Checksums;
using BleepStore.Tests.Observability;

namespace BleepStore.Tests.Checksums;

/// <summary>MD5 alone and beside others, against RFC 1321's own suite and the framework's.</summary>
public sealed class Md5DigestTests(ITestOutputHelper output)
{
    private const int Seed = 20261126;

    private static readonly Dictionary<string, Func<TimeProvider, int, Md5Batches>> Widths = new(StringComparer.Ordinal)
    {
        ["one lane"] = Md5Batches.Of<OneLane>,
        ["eight lanes"] = Md5Batches.Of<EightLanes>,
        ["sixteen lanes"] = Md5Batches.Of<SixteenLanes>,
    };

    /// <summary>What this processor has.</summary>
    public static TheoryData<string> WidthNames => [.. Widths.Keys.Take(Avx512F.IsSupported ? 3 : Avx2.IsSupported ? 2 : 1)];

    /// <summary>The same without the one that has nobody to share with.</summary>
    public static TheoryData<string> VectorNames => [.. Widths.Keys.Take(Avx512F.IsSupported ? 3 : Avx2.IsSupported ? 2 : 1).Skip(1)];

    [Theory]
    [InlineData("", "d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("a", "0cc175b9c0f1b6a831c399e269772661")]
    [InlineData("abc", "900150983cd24fb0d6963f7d28e17f72")]
    [InlineData("message digest", "f96b697d7cb7938d525a2f31aaf161d0")]
    [InlineData("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345678901234567890", "57edf4a22be3c955ac49da2e2107b67a")]
    public void The_suite_of_the_RFC_comes_out(string text, string expected)
        => Convert.ToHexStringLower(Md5Digest.Compute(Encoding.ASCII.GetBytes(text))).ShouldBe(expected);

    [Fact]
    public void Every_length_to_300_in_two_pieces_split_anywhere_is_right()
    {
        var data = RandomBytes(new Random(Seed), 300);
        for (var length = 0; length <= data.Length; length++)
        {
            var expected = MD5.HashData(data.AsSpan(0, length));
            for (var split = 0; split <= length; split += 7)
            {
                using var digest = new Md5Digest();
                digest.Append(data.AsSpan(0, split));
                digest.Append(data.AsSpan(split, length - split));
                digest.Finish().ShouldBe(expected, $"{length} bytes, split at {split}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(WidthNames))]
    public async Task Many_bodies_at_once_in_pieces_of_any_length_are_each_right(string width)
    {
        output.WriteLine(Seed.ToString(CultureInfo.InvariantCulture));
        foreach (var processors in new[] { 1, 4 })
        {
            var batches = Widths[width](TimeProvider.System, processors);
            foreach (var bodies in new[] { 1, 2, 7, 40 })
            {
                await Task.WhenAll(Enumerable.Range(0, bodies).Select(body => HashAsync(batches, new Random(Seed + body))));
            }

            batches.IsWorthWaiting().ShouldBeFalse("every body has ended");
        }
    }

    [Theory]
    [InlineData("eight lanes", 8)]
    [InlineData("sixteen lanes", 16)]
    public async Task As_many_as_there_are_lanes_wait_for_nobody(string width, int lanes)
    {
        if (!WidthNames.Any(row => row.Data == width))
        {
            // Another processor's.
            return;
        }

        var time = new ManualTime();
        byte[][] bodies = [.. Enumerable.Range(0, lanes + 3).Select(body => RandomBytes(new Random(body), 65_536 - 130 + (body * 13)))];
        var digests = Open(Widths[width](time, 1), bodies.Length);
        var pieces = digests[..^4].Select((digest, body) => digest.AppendAsync(bodies[body]).AsTask()).ToList();
        time.WaitingTimers.ShouldBe(1);
        pieces.ShouldAllBe(piece => !piece.IsCompleted);

        pieces.Add(digests[^4].AppendAsync(bodies[^4]).AsTask());
        await Task.WhenAll(pieces);
        digests[..^3].Select(digest => digest.Finish()).ShouldBe(bodies[..^3].Select(body => MD5.HashData(body)));
    }

    [Theory]
    [MemberData(nameof(VectorNames))]
    public async Task A_piece_waits_for_others_no_longer_than_a_moment_and_the_next_ones_not_at_all(string width)
    {
        var time = new ManualTime();
        var batches = Widths[width](time, 1);
        var data = RandomBytes(new Random(Seed), 100_000);
        var digest = Open(batches, 8)[0];
        var lonely = digest.AppendAsync(data).AsTask();
        lonely.IsCompleted.ShouldBeFalse();
        time.Advance(Md5Batches.LongestWait);
        await lonely;
        for (var piece = 0; piece < Md5Batches.AloneAfterLonelyWait; piece++)
        {
            digest.AppendAsync(data).AsTask().IsCompletedSuccessfully.ShouldBeTrue($"piece {piece}");
        }

        var next = digest.AppendAsync(data).AsTask();
        next.IsCompleted.ShouldBeFalse();
        time.Advance(Md5Batches.LongestWait);
        await next;
        digest.Finish().ShouldBe(MD5.HashData([.. Enumerable.Repeat(data, Md5Batches.AloneAfterLonelyWait + 2).SelectMany(piece => piece)]));
    }

    [Theory]
    [MemberData(nameof(VectorNames))]
    public void Nobody_waits_while_every_body_can_have_a_processor(string width)
    {
        var batches = Widths[width](new ManualTime(), 4);
        var data = RandomBytes(new Random(Seed), 100_000);
        var digests = Open(batches, 4);
        digests.ShouldAllBe(digest => digest.AppendAsync(data).AsTask().IsCompletedSuccessfully);
        digests.Select(digest => digest.Finish()).ShouldAllBe(md5 => md5.SequenceEqual(MD5.HashData(data)));
    }

    [Theory]
    [MemberData(nameof(VectorNames))]
    public async Task A_body_that_is_given_up_is_not_waited_for(string width)
    {
        var batches = Widths[width](new ManualTime(), 1);
        var data = RandomBytes(new Random(Seed), 100_000);
        var digests = Open(batches, 2);
        batches.IsWorthWaiting().ShouldBeTrue();
        digests[0].Dispose();
        batches.IsWorthWaiting().ShouldBeFalse();
        await digests[1].AppendAsync(data);
        digests[1].Finish().ShouldBe(MD5.HashData(data));
    }

    // Each has begun, as a body has that is in the midst of its bytes.
    private static Md5Digest[] Open(Md5Batches batches, int count)
    {
        var digests = Enumerable.Range(0, count).Select(_ => new Md5Digest(batches)).ToArray();
        Array.ForEach(digests, digest => digest.Begin());
        return digests;
    }

    // The buffer is filled anew for each piece, as an upload's is.
    private static async Task HashAsync(Md5Batches batches, Random random)
    {
        using var digest = new Md5Digest(batches);
        using var expected = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var buffer = new byte[100_000];
        for (var piece = 0; piece < 30; piece++)
        {
            await Task.Yield();
            var length = random.Next(4) switch { 0 => random.Next(200), 1 => 64 * random.Next(1000), 2 => 65_536, _ => random.Next(buffer.Length) };
            random.NextBytes(buffer.AsSpan(0, length));
            expected.AppendData(buffer, 0, length);
            await digest.AppendAsync(buffer.AsMemory(0, length));
        }

        digest.Finish().ShouldBe(expected.GetHashAndReset());
    }

    private static byte[] RandomBytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
