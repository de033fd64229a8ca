using System.Numerics;
using System.Text;
using BleepStore.Storage.Checksums;

namespace BleepStore.Tests.Storage.Checksums;

/// <summary>CRC-32C as its standard defines it, however the bytes are cut and wherever they lie.</summary>
public sealed class Crc32CTests
{
    [Theory]
    [InlineData("", 0x00000000u)]
    [InlineData("a", 0xC1D04330u)]
    [InlineData("123456789", 0xE3069283u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x22620404u)]
    public void Known_texts_have_their_known_checksums(string text, uint expected) =>
        Crc32C.Append(0, Encoding.ASCII.GetBytes(text)).ShouldBe(expected);

    [Fact]
    public void The_vectors_of_RFC_3720_hold()
    {
        Crc32C.Append(0, new byte[32]).ShouldBe(0x8A9136AAu);
        Crc32C.Append(0, Enumerable.Repeat((byte)0xFF, 32).ToArray()).ShouldBe(0x62A8AB43u);
        Crc32C.Append(0, Enumerable.Range(0, 32).Select(static i => (byte)i).ToArray()).ShouldBe(0x46DD794Eu);
        Crc32C.Append(0, Enumerable.Range(0, 32).Select(static i => (byte)(31 - i)).ToArray()).ShouldBe(0x113FDB5Cu);
    }

    [Fact]
    public void Every_length_and_alignment_agrees_with_the_plain_loop()
    {
        byte[] bytes = TestBytes.Make(70_000);
        for (int length = 0; length < 2000; length++)
        {
            int start = length % 17;
            Crc32C.Append(0, bytes.AsSpan(start, length)).ShouldBe(Plain(0, bytes.AsSpan(start, length)), $"{length} from {start}");
        }

        foreach (int length in new[] { 12_287, 12_288, 12_289, 13_055, 13_056, 24_576, 36_863, 65_535, 65_536, 65_537 })
        {
            for (int start = 0; start < 9; start++)
            {
                Crc32C.Append(0x12345678, bytes.AsSpan(start, length)).ShouldBe(Plain(0x12345678, bytes.AsSpan(start, length)));
            }
        }
    }

    [Fact]
    public void Bytes_may_come_in_any_pieces()
    {
        byte[] bytes = TestBytes.Make(65_536);
        uint whole = Crc32C.Append(0, bytes);
        foreach (int cut in new[] { 0, 1, 7, 8, 767, 768, 12_288, 40_000, 65_535, 65_536 })
        {
            Crc32C.Append(Crc32C.Append(0, bytes.AsSpan(0, cut)), bytes.AsSpan(cut)).ShouldBe(whole);
        }
    }

    [Fact]
    public void Checksums_of_neighbours_combine_to_that_of_the_whole()
    {
        byte[] bytes = TestBytes.Make(65_536);
        uint whole = Crc32C.Append(0, bytes);
        foreach (int cut in new[] { 0, 1, 2, 3, 255, 256, 4095, 4096, 32_768, 65_535, 65_536 })
        {
            uint first = Crc32C.Append(0, bytes.AsSpan(0, cut));
            uint second = Crc32C.Append(0, bytes.AsSpan(cut));
            Crc32C.Combine(first, second, bytes.Length - cut).ShouldBe(whole, $"cut at {cut}");
        }
    }

    private static uint Plain(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;
        foreach (byte value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
