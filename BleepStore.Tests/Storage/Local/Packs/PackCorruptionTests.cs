using BleepStore.Storage;
using BleepStore.Storage.Local;
using BleepStore.Storage.Local.Packs;

namespace BleepStore.Tests.Storage.Local.Packs;

/// <summary>Whatever happens to the bytes of a pack, a reader gets an error or what was written, and damage hides nothing else.</summary>
public sealed class PackCorruptionTests
{
    private static readonly PackOptions Options = new() { UpkeepInterval = null };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(700)]
    public async Task Every_flipped_bit_of_an_entry_is_noticed(int length)
    {
        await using var store = new LocalStore(packs: Options);
        var before = await store.WriteAsync(5000);
        var blob = await store.WriteAsync(length);
        var after = await store.WriteAsync(5000);
        var (path, offset) = store.PackOf(blob);
        await store.RestartAsync();
        int size = PackLayout.HeaderSize + (int)BlobLayout.StoredLength(length);
        for (int bit = 0; bit < size * 8; bit++)
        {
            Flip(path, offset + (bit / 8), (byte)(1 << (bit % 8)));
            var thrown = await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob, 0, length), $"bit {bit}");
            thrown.Blob.ShouldBe(blob.Id);
            Flip(path, offset + (bit / 8), (byte)(1 << (bit % 8)));
        }

        (await store.ReadAsync(blob, 0, length)).ShouldBe(TestBytes.Make(length));
        (await store.ReadAsync(before, 0, 5000)).ShouldBe(TestBytes.Make(5000));
        (await store.ReadAsync(after, 0, 5000)).ShouldBe(TestBytes.Make(5000));
    }

    [Theory]
    [InlineData(100, 30, true)]
    [InlineData(100, 30, false)]
    [InlineData(70_000, 10, true)]
    [InlineData(70_000, 56, true)]
    [InlineData(70_000, 56, false)]
    [InlineData(70_000, 64, true)]
    [InlineData(70_000, 65_700, true)]
    [InlineData(70_000, 64 + 70_000 + 3, true)]
    [InlineData(70_000, 64 + 70_000 + 12 + 20, true)]
    public async Task Damage_of_one_blob_spoils_no_other_and_hides_none(int length, int at, bool withoutTable)
    {
        await using var store = new LocalStore(packs: Options);
        var blobs = new List<StoredBlob>();
        for (int i = 0; i < 5; i++)
        {
            blobs.Add(await store.WriteAsync(length));
        }

        await store.RestartAsync();
        var (path, offset) = store.PackOf(blobs[2]);
        Flip(path, offset + at, 0x10);
        if (withoutTable)
        {
            File.Delete(Path.ChangeExtension(path, ".idx"));
        }

        var listed = await store.ListAsync();
        listed.Where(blob => blob.Id != blobs[2].Id).ShouldBe(blobs.Where(blob => blob != blobs[2]), ignoreOrder: true);
        await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blobs[2], 0, length));
        foreach (var blob in blobs.Where(blob => blob != blobs[2]))
        {
            (await store.ReadAsync(blob, 0, length)).ShouldBe(TestBytes.Make(length));
            await store.Storage.DeleteAsync(blob, Token);
        }

        // It is still there for whoever can mend it, until it is deleted itself.
        await store.Packs.Upkeep.PassAsync(Token);
        File.Exists(path).ShouldBeTrue();
        await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blobs[2], 0, length));
        await store.Storage.DeleteAsync(blobs[2], Token);
        (await store.ListAsync()).ShouldBeEmpty();
        File.Exists(path).ShouldBeFalse();
    }

    [Fact]
    public async Task One_copy_of_a_packs_header_is_enough()
    {
        await using var store = new LocalStore(packs: Options);
        var blob = await store.WriteAsync(5000);
        var (path, _) = store.PackOf(blob);
        foreach (int copy in new[] { 0, 512 })
        {
            for (int at = copy; at < copy + 64; at++)
            {
                await store.RestartAsync();
                Flip(path, at, 0x40);
                (await store.ReadAsync(blob, 0, 5000)).ShouldBe(TestBytes.Make(5000));
                Flip(path, at, 0x40);
            }
        }

        await store.RestartAsync();
        Flip(path, 20, 1);
        Flip(path, 512 + 20, 1);
        await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob, 0, 5000));
        await Should.ThrowAsync<BlobCorruptException>(async () => await store.Storage.DeleteAsync(blob, Token));
        (await store.ListAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1030)]
    [InlineData(1088)]
    [InlineData(40_000)]
    [InlineData(71_087)]
    public async Task A_pack_cut_short_is_noticed(int length)
    {
        await using var store = new LocalStore(packs: Options);
        var blob = await store.WriteAsync(70_000);
        var last = await store.WriteAsync(100);
        var (path, _) = store.PackOf(blob);
        await store.RestartAsync();
        using (var file = new FileStream(path, FileMode.Open))
        {
            file.SetLength(length);
        }

        await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob, 0, 70_000));
        await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(last, 0, 100));
    }

    [Fact]
    public async Task A_foreign_pack_under_the_name_is_noticed()
    {
        await using var store = new LocalStore(packs: Options);
        var blob = await store.WriteAsync(5000);
        var (path, _) = store.PackOf(blob);
        await store.RestartAsync();
        var other = await store.WriteAsync(5000);
        var (otherPath, _) = store.PackOf(other);
        await store.RestartAsync();
        var good = await File.ReadAllBytesAsync(path, Token);
        File.Copy(otherPath, path, overwrite: true);
        await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob, 0, 5000));

        // The entries of one pack behind the header of another are no entries there either.
        await store.RestartAsync();
        await File.WriteAllBytesAsync(path, [.. good[..1024], .. (await File.ReadAllBytesAsync(otherPath, Token))[1024..]], Token);
        await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob, 0, 5000));
        (await store.ReadAsync(other, 0, 5000)).ShouldBe(TestBytes.Make(5000));
    }

    [Fact]
    public async Task A_record_that_disagrees_with_an_entry_is_noticed()
    {
        await using var store = new LocalStore(packs: Options);
        var blob = await store.WriteAsync(5000);
        var other = await store.WriteAsync(5000);

        await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob with { Locator = other.Locator }, 0, 10));
        await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob with { Length = 4999 }, 0, 10));
        foreach (string locator in new[] { "x", ".", "1.2.3", "1", "1.-400", "1.1", "100000001.0", "100000001.401" })
        {
            await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob with { Locator = locator }, 0, 10), locator);
        }

        // Nobody else's blob goes by a wrong record.
        await store.Storage.DeleteAsync(blob with { Locator = other.Locator }, Token);
        (await store.ReadAsync(other, 0, 5000)).ShouldBe(TestBytes.Make(5000));
    }

    [Fact]
    public async Task A_table_that_is_damaged_or_missing_is_made_anew()
    {
        await using var store = new LocalStore(packs: Options);
        var blobs = new List<StoredBlob>();
        for (int i = 0; i < 3; i++)
        {
            blobs.Add(await store.WriteAsync(1000 * i));
        }

        await store.Storage.DeleteAsync(blobs[1], Token);
        blobs.RemoveAt(1);
        var table = Path.ChangeExtension(store.PackOf(blobs[0]).Path, ".idx");
        await store.RestartAsync();
        byte[] good = await File.ReadAllBytesAsync(table, Token);
        for (int at = 0; at < good.Length; at++)
        {
            await store.RestartAsync();
            byte[] bad = [.. good];
            bad[at] ^= 0x82;
            await File.WriteAllBytesAsync(table, bad, Token);
            (await store.ListAsync()).ShouldBe(blobs, ignoreOrder: true, $"byte {at}");
            (await File.ReadAllBytesAsync(table, Token)).ShouldBe(good);
        }

        foreach (int cut in new[] { 0, 63, good.Length - 1 })
        {
            await store.RestartAsync();
            await File.WriteAllBytesAsync(table, good[..cut], Token);
            (await store.ListAsync()).ShouldBe(blobs, ignoreOrder: true);
        }

        await store.RestartAsync();
        File.Delete(table);
        (await store.ListAsync()).ShouldBe(blobs, ignoreOrder: true);
        (await File.ReadAllBytesAsync(table, Token)).ShouldBe(good);
    }

    [Fact]
    public async Task Bytes_of_users_never_look_like_an_entry()
    {
        await using var store = new LocalStore(packs: Options);
        var first = await store.WriteAsync(3000);
        var (path, offset) = store.PackOf(first);
        byte[] pack = await File.ReadAllBytesAsync(path, Token);

        // A whole pack, entries at multiples of 512 bytes, stored as a blob by somebody who could read the disk of another store.
        var alike = new byte[(int)PackLayout.RoundUp(pack.Length) + 448];
        pack[(int)offset..].CopyTo(alike, 448);
        var blob = await store.Storage.WriteAsync(store.Address(), new MemoryStream(alike), alike.Length, Token);
        var (_, at) = store.PackOf(blob);
        await store.RestartAsync();
        Flip(path, at, 1);
        File.Delete(Path.ChangeExtension(path, ".idx"));

        (await store.ListAsync()).ShouldBe([first]);
    }

    [Fact]
    public async Task A_dead_blob_is_absent_even_to_a_reader_with_its_record()
    {
        await using var store = new LocalStore(packs: Options);
        var blob = await store.WriteAsync(5000);
        _ = await store.WriteAsync(5000);
        await store.Storage.DeleteAsync(blob, Token);
        (await store.ReadAsync(blob, 0, 5000)).ShouldBeNull();
        await store.RestartAsync();
        (await store.ReadAsync(blob, 0, 5000)).ShouldBeNull();
    }

    private static void Flip(string path, long at, byte bits)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = at;
        int one = file.ReadByte();
        one.ShouldBeGreaterThanOrEqualTo(0);
        file.Position = at;
        file.WriteByte((byte)(one ^ bits));
    }
}
