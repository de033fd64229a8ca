using System.Text;
using BleepStore.Storage;
using BleepStore.Storage.Local;

namespace BleepStore.Tests.Storage.Local;

/// <summary>The bytes of a blob's file are a promise to every later release.</summary>
public sealed class BlobLayoutTests
{
    private static readonly BlobId Id = new(0x01020304, 0x05060708, 0x090A0B0C0D0E0F10);

    // Computed by hand from the description, by a bitwise CRC, not by the code under test.
    [Theory]
    [InlineData(
        "",
        "426c656570426c6f01004000000001000102030405060708090a0b0c0d0e0f10"
        + "00000000000000000004000000000000000000000000000000000000c666624f")]
    [InlineData(
        "123456789",
        "313233343536373839"
        + "839206e38ebf8ab8"
        + "426c656570426c6f01004000000001000102030405060708090a0b0c0d0e0f10"
        + "09000000000000000004000000000000000000000000000000000000671986ef")]
    public async Task Small_blobs_have_exactly_these_bytes(string text, string expected)
    {
        await using var store = new LocalStore();
        await using var source = new MemoryStream(Encoding.ASCII.GetBytes(text));

        await store.Storage.WriteAsync(new BlobAddress("b", "k", Id), source, text.Length, TestContext.Current.CancellationToken);

        byte[] actual = await File.ReadAllBytesAsync(store.FileOf(Id), TestContext.Current.CancellationToken);
        Convert.ToHexStringLower(actual).ShouldBe(expected);
    }

    [Theory]
    [InlineData(0, 64)]
    [InlineData(1, 73)]
    [InlineData(65_536, 65_608)]
    [InlineData(65_537, 65_613)]
    [InlineData(1024L * 65_536, (1024L * 65_536) + 4100 + 64)]
    [InlineData((1024L * 65_536) + 1, (1024L * 65_536) + 1 + 4100 + 8 + 64)]
    [InlineData(5L * 1024 * 1024 * 1024, (5L * 1024 * 1024 * 1024) + (80 * 4100) + 64)]
    public void A_file_is_as_long_as_its_data_its_checksums_and_its_header(long length, long stored)
    {
        BlobLayout.StoredLength(length).ShouldBe(stored);
        BlobLayout.LengthOf(stored).ShouldBe(length);
    }

    [Fact]
    public void The_length_of_a_blob_follows_from_that_of_its_file()
    {
        for (long frame = 0; frame < 3000; frame += 7)
        {
            foreach (long length in new[] { frame * 65_536, (frame * 65_536) + 1, (frame * 65_536) + 65_535 })
            {
                BlobLayout.LengthOf(BlobLayout.StoredLength(length)).ShouldBe(length);
            }
        }

        BlobLayout.LengthOf(0).ShouldBe(0);
        BlobLayout.LengthOf(63).ShouldBe(0);
    }
}
