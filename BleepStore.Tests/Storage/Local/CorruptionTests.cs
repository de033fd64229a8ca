using BleepStore.Storage;

namespace BleepStore.Tests.Storage.Local;

/// <summary>Whatever happens to the bytes at rest, a reader gets an error or the bytes that were written, never others.</summary>
public sealed class CorruptionTests
{
    private const int Frame = 64 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_flipped_bit_of_a_small_blob_is_noticed()
    {
        await using var store = new LocalStore();
        var blob = await store.WriteAsync(50);
        byte[] good = await File.ReadAllBytesAsync(store.FileOf(blob), Token);
        for (int bit = 0; bit < good.Length * 8; bit++)
        {
            byte[] bad = [.. good];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            await File.WriteAllBytesAsync(store.FileOf(blob), bad, Token);

            var thrown = await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob, 0, 50), $"bit {bit}");
            thrown.Blob.ShouldBe(blob.Id);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Frame - 1)]
    [InlineData(Frame)]
    [InlineData((3 * Frame) + 99)]
    public async Task A_damaged_frame_spoils_only_what_it_holds(int at)
    {
        const int length = (3 * Frame) + 100;
        await using var store = new LocalStore();
        var blob = await store.WriteAsync(length);
        await FlipAsync(store.FileOf(blob), at);
        for (int start = 0; start < length; start += Frame)
        {
            int count = Math.Min(Frame, length - start);
            if (at / Frame == start / Frame)
            {
                foreach (int buffer in new[] { 1000, Frame, length })
                {
                    await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob, start, count, buffer));
                    await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob, start + (count / 2), 1, buffer));
                }
            }
            else
            {
                (await store.ReadAsync(blob, start, count)).ShouldBe(TestBytes.Make(count, start));
            }
        }

        await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob, 0, length, length));
    }

    [Fact]
    public async Task Every_byte_of_a_trailer_is_guarded()
    {
        const int length = (3 * Frame) + 100;
        await using var store = new LocalStore();
        var blob = await store.WriteAsync(length);
        for (int at = length; at < blob.StoredLength; at++)
        {
            await FlipAsync(store.FileOf(blob), at);
            await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob, 0, length), $"byte {at}");
            await FlipAsync(store.FileOf(blob), at);
        }

        (await store.ReadAsync(blob, 0, length)).ShouldBe(TestBytes.Make(length));
    }

    [Fact]
    public async Task A_damaged_page_spoils_only_the_frames_it_guards()
    {
        const int length = (1030 * Frame) + 5;
        const int border = 1024 * Frame;
        await using var store = new LocalStore();
        var blob = await store.WriteAsync(length);
        await FlipAsync(store.FileOf(blob), length + 2000);

        await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob, 0, 1));
        await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob, border - 1, 2));
        (await store.ReadAsync(blob, border, 1000)).ShouldBe(TestBytes.Make(1000, border));

        await FlipAsync(store.FileOf(blob), length + 2000);
        await FlipAsync(store.FileOf(blob), length + 4100 + 3);
        await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob, border, 1000));
        (await store.ReadAsync(blob, border - 1000, 1000)).ShouldBe(TestBytes.Make(1000, border - 1000));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(Frame)]
    [InlineData((5 * Frame) + 1)]
    public async Task A_file_cut_short_or_grown_is_noticed(int length)
    {
        await using var store = new LocalStore();
        var blob = await store.WriteAsync(length);
        byte[] good = await File.ReadAllBytesAsync(store.FileOf(blob), Token);
        foreach (int cut in new[] { 0, 1, good.Length / 2, good.Length - 64, good.Length - 1 })
        {
            await File.WriteAllBytesAsync(store.FileOf(blob), good[..cut], Token);
            await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob, 0, length), $"cut at {cut}");
        }

        await File.WriteAllBytesAsync(store.FileOf(blob), [.. good, 0], Token);
        await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob, 0, length));
        await File.WriteAllBytesAsync(store.FileOf(blob), good, Token);
        (await store.ReadAsync(blob, 0, length)).ShouldBe(TestBytes.Make(length));
    }

    [Fact]
    public async Task A_file_that_shrinks_while_it_is_read_is_noticed()
    {
        await using var store = new LocalStore();
        var blob = await store.WriteAsync(5 * Frame);
        await using var stream = await store.Storage.OpenAsync(blob, 0, 5 * Frame, Token);
        var buffer = new byte[Frame];
        (await stream!.ReadAsync(buffer, Token)).ShouldBe(Frame);

        await using (var file = new FileStream(store.FileOf(blob), FileMode.Open))
        {
            file.SetLength(Frame + 10);
        }

        await Should.ThrowAsync<BlobCorruptException>(async () => await stream.ReadExactlyAsync(buffer, Token));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(200_000)]
    public async Task The_file_of_another_blob_is_noticed(int length)
    {
        await using var store = new LocalStore();
        var blob = await store.WriteAsync(length);
        var other = await store.WriteAsync(length);
        File.Copy(store.FileOf(other), store.FileOf(blob), overwrite: true);

        (await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob, 0, length))).Message.ShouldContain(other.Id.ToString());
    }

    [Fact]
    public async Task A_record_that_disagrees_about_the_length_is_noticed()
    {
        await using var store = new LocalStore();
        var blob = await store.WriteAsync(200_000);

        await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob with { Length = 199_999 }, 0, 10));
        await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob with { Length = 100 }, 0, 10));
        await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob with { Length = 200_001 }, 0, 10));
    }

    [Fact]
    public async Task A_copy_never_blesses_rot()
    {
        await using var store = new LocalStore();
        var blob = await store.WriteAsync(200_000);
        await FlipAsync(store.FileOf(blob), 150_000);
        var address = store.Address();

        await Should.ThrowAsync<BlobCorruptException>(async () => await store.Storage.CopyAsync(blob, 0, 200_000, address, Token));

        File.Exists(store.FileOf(address.Id)).ShouldBeFalse();
        store.Leftovers().ShouldBeEmpty();
    }

    private static async Task FlipAsync(string path, long at)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = at;
        var one = new byte[1];
        await file.ReadExactlyAsync(one, Token);
        one[0] ^= 0x10;
        file.Position = at;
        await file.WriteAsync(one, Token);
    }
}
