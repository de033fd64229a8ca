using BleepStore.Api.Content;
using BleepStore.Storage;

namespace BleepStore.Tests.Content;

/// <summary>The seal of bytes that the metadata keeps: what is not exactly what was written is an error.</summary>
public sealed class InlineBodyTests
{
    private static readonly BlobId Id = new(0, 7, 42);

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(4096)]
    public void What_was_sealed_opens(int length)
    {
        var row = Sealed(length, out var plain);
        InlineBody.Open(Id, row, length).ToArray().ShouldBe(plain);
    }

    [Fact]
    public void Every_flipped_bit_is_found()
    {
        var row = Sealed(33, out _);
        for (var bit = 0; bit < row.Length * 8; bit++)
        {
            row[bit / 8] ^= (byte)(1 << (bit % 8));
            Should.Throw<BlobCorruptException>(() => InlineBody.Open(Id, row, 33)).Blob.ShouldBe(Id);
            row[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        InlineBody.Open(Id, row, 33).Length.ShouldBe(33);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(36)]
    [InlineData(38)]
    public void A_row_of_another_length_is_damage(int rowLength)
    {
        var row = Sealed(33, out _);
        Array.Resize(ref row, rowLength);
        Should.Throw<BlobCorruptException>(() => InlineBody.Open(Id, row, 33));
    }

    [Fact]
    public void The_row_of_another_blob_is_damage()
    {
        var row = Sealed(33, out _);
        Should.Throw<BlobCorruptException>(() => InlineBody.Open(new BlobId(0, 7, 43), row, 33));
    }

    [Theory]
    [InlineData(4096, 65536, 4096)]
    [InlineData(4096, 0, 0)]
    [InlineData(4096, 3, 0)]
    [InlineData(4096, 1020, 1000)]
    [InlineData(0, 65536, 0)]
    public void The_threshold_gives_way_to_what_the_engine_carries(long wanted, int engineBytes, int expected)
        => InlineLimit.Of(wanted, engineBytes).Bytes.ShouldBe(expected);

    private static byte[] Sealed(int length, out byte[] plain)
    {
        plain = new byte[length];
        new Random(length).NextBytes(plain);
        var row = new byte[length + InlineBody.SealBytes];
        plain.CopyTo(row, 0);
        InlineBody.Seal(Id, row);
        return row;
    }
}
