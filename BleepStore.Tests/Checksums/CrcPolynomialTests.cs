using System.Globalization;
using BleepStore.Api.Checksums;

namespace BleepStore.Tests.Checksums;

/// <summary>The three CRCs against their published check values and against the definition, bit by bit.</summary>
public sealed class CrcPolynomialTests(ITestOutputHelper output)
{
    private const int Seed = 20261120;

    public static TheoryData<string> Names => new("CRC32", "CRC32C", "CRC64NVME");

    [Theory]
    [InlineData("CRC32", "cbf43926")]
    [InlineData("CRC32C", "e3069283")]
    [InlineData("CRC64NVME", "ae8b14860a799888")]
    [InlineData("SHA1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441")]
    [InlineData("SHA256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225")]
    public void The_published_check_value_of_123456789_comes_out(string name, string expected)
        => Convert.ToHexStringLower(RunningChecksum.Compute(ChecksumAlgorithms.ParseName(name), "123456789"u8)).ShouldBe(expected);

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_length_to_300_at_every_alignment_equals_the_definition(string name)
    {
        var (polynomial, bits, width) = Of(name);
        var random = new Random(Seed);
        output.WriteLine(Seed.ToString(CultureInfo.InvariantCulture));
        var buffer = new byte[320];
        random.NextBytes(buffer);
        for (var length = 0; length <= 300; length++)
        {
            var expected = Bitwise(buffer.AsSpan(length % 17, length), bits, width);
            polynomial.Finish(polynomial.Update(polynomial.InitialState, buffer.AsSpan(length % 17, length))).ShouldBe(expected);
            polynomial.Finish(polynomial.UpdateByTable(polynomial.InitialState, buffer.AsSpan(length % 17, length))).ShouldBe(expected);
        }

        for (var alignment = 0; alignment < 20; alignment++)
        {
            polynomial.Finish(polynomial.Update(polynomial.InitialState, buffer.AsSpan(alignment, 300)))
                .ShouldBe(Bitwise(buffer.AsSpan(alignment, 300), bits, width));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Large_random_pieces_split_anywhere_equal_the_definition(string name)
    {
        var (polynomial, bits, width) = Of(name);
        var random = new Random(Seed);
        output.WriteLine(Seed.ToString(CultureInfo.InvariantCulture));
        for (var round = 0; round < 20; round++)
        {
            var data = new byte[random.Next(1, 200_000)];
            random.NextBytes(data);
            var state = polynomial.InitialState;
            for (var at = 0; at < data.Length;)
            {
                var count = Math.Min(data.Length - at, random.Next(1, 20_000));
                state = polynomial.Update(state, data.AsSpan(at, count));
                at += count;
            }

            polynomial.Finish(state).ShouldBe(Bitwise(data, bits, width));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_crc_of_a_whole_follows_from_those_of_its_pieces(string name)
    {
        var (polynomial, _, _) = Of(name);
        var random = new Random(Seed);
        output.WriteLine(Seed.ToString(CultureInfo.InvariantCulture));
        for (var round = 0; round < 200; round++)
        {
            var data = new byte[random.Next(0, 5000)];
            random.NextBytes(data);
            var split = random.Next(0, data.Length + 1);
            polynomial.Combine(Crc(polynomial, data.AsSpan(0, split)), Crc(polynomial, data.AsSpan(split)), data.Length - split)
                .ShouldBe(Crc(polynomial, data));
        }
    }

    [Fact]
    public void The_largest_object_can_be_combined()
    {
        // Combining is associative, so ten thousand pieces of 5 GiB may be joined in any order of pairs.
        const long Length = 10_000L * 5 * 1024 * 1024 * 1024;
        var left = CrcPolynomial.Crc64Nvme.Combine(CrcPolynomial.Crc64Nvme.Combine(1, 2, Length), 3, Length);
        var right = CrcPolynomial.Crc64Nvme.Combine(1, CrcPolynomial.Crc64Nvme.Combine(2, 3, Length), 2 * Length);
        left.ShouldBe(right);
    }

    private static ulong Crc(CrcPolynomial polynomial, ReadOnlySpan<byte> data)
        => polynomial.Finish(polynomial.Update(polynomial.InitialState, data));

    private static (CrcPolynomial Polynomial, ulong Bits, int Width) Of(string name) => name switch
    {
        "CRC32" => (CrcPolynomial.Crc32, 0xEDB88320UL, 32),
        "CRC32C" => (CrcPolynomial.Crc32C, 0x82F63B78UL, 32),
        _ => (CrcPolynomial.Crc64Nvme, 0x9A6C9329AC4BC9B5UL, 64),
    };

    private static ulong Bitwise(ReadOnlySpan<byte> data, ulong polynomial, int width)
    {
        var ones = ulong.MaxValue >> (64 - width);
        var state = ones;
        foreach (var b in data)
        {
            state ^= b;
            for (var bit = 0; bit < 8; bit++)
                state = (state & 1) != 0 ? (state >> 1) ^ polynomial : state >> 1;
        }

        return state ^ ones;
    }
}
