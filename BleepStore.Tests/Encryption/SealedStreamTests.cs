using System.Security.Cryptography;
using BleepStore.Api.Encryption;
using BleepStore.Storage;
using BleepStore.Tests.Api;

namespace BleepStore.Tests.Encryption;

/// <summary>The bytes of an encrypted segment: any range of them is what was written, or an error.</summary>
public sealed class SealedStreamTests
{
    private const int Frame = SealedLayout.FrameBytes;
    private const int Plain = SealedLayout.PlainFrameBytes;

    private static readonly BlobId Id = new(0, 1, 7);
    private static readonly DataKey Key = new(EncryptionParts.Key(1), eTagKey: null);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<int> Lengths => [1, 15, 16, 17, 1000, Plain - 1, Plain, Plain + 1, Frame, (2 * Plain) - 1, 2 * Plain, (2 * Plain) + 1, (5 * Plain) + 333];

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task What_is_sealed_opens_again_whatever_its_length_and_the_sizes_of_reads(int length)
    {
        var plain = TestBucket.Bytes(length, length);
        foreach (var (sourceRead, sealedRead) in new[] { (1 << 20, 1 << 20), (Plain, Frame), (1000, 4096), (Plain + 1, Frame - 1), (65_536, 131_072) })
        {
            var (stored, salt) = await SealAsync(plain, sourceRead, sealedRead);
            stored.Length.ShouldBe((int)SealedLayout.StoredLength(length));
            SealedLayout.PlainLength(stored.Length).ShouldBe(length);
            foreach (var openRead in new[] { 1 << 20, 131_072, 65_536, 4096, Frame - 1 })
            {
                (await OpenAsync(stored, salt, length, 0, length, openRead)).ShouldBe(plain);
            }
        }
    }

    [Fact]
    public async Task Nothing_is_stored_of_nothing()
        => (await SealAsync([], 100, 100)).Stored.ShouldBeEmpty();

    [Fact]
    public async Task Every_range_opens_as_it_was_written()
    {
        var seed = Seeds.Of("BLEEPSTORE_SEED", 20261126);
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var plain = TestBucket.Bytes((4 * Plain) + 777);
        var (stored, salt) = await SealAsync(plain, 100_000, 100_000);
        for (var round = 0; round < 400; round++)
        {
            var border = random.Next(2) == 0 ? random.Next(5) * Plain : random.Next(plain.Length);
            var offset = Math.Clamp(border + random.Next(-2, 3), 0, plain.Length - 1);
            var length = Math.Min(plain.Length - offset, random.Next(3) switch { 0 => random.Next(1, 20), 1 => random.Next(1, 2 * Plain), _ => plain.Length });
            var read = random.Next(4) switch { 0 => 1 + random.Next(100), 1 => Frame, 2 => 2 * Frame, _ => 1 << 20 };
            (await OpenAsync(stored, salt, plain.Length, offset, length, read)).ShouldBe(plain.AsSpan(offset, length).ToArray(), $"{offset} {length} {read}");
        }
    }

    [Fact]
    public async Task A_range_touches_only_the_frames_that_hold_it()
    {
        OpeningStream.StoredRange(10 * Plain, 0, 1).ShouldBe((0, Frame));
        OpeningStream.StoredRange(10 * Plain, Plain, 1).ShouldBe((Frame, Frame));
        OpeningStream.StoredRange(10 * Plain, Plain - 1, 2).ShouldBe((0, 2 * Frame));
        OpeningStream.StoredRange((10 * Plain) + 5, 10 * Plain, 5).ShouldBe((10 * Frame, 5 + SealedLayout.TagBytes));

        // The frames around it may be anything.
        var plain = TestBucket.Bytes(3 * Plain);
        var (stored, salt) = await SealAsync(plain, 100_000, 100_000);
        stored.AsSpan(0, Frame).Clear();
        stored.AsSpan(2 * Frame).Clear();
        (await OpenAsync(stored, salt, plain.Length, Plain, Plain, 4096)).ShouldBe(plain.AsSpan(Plain, Plain).ToArray());
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_is_an_error_and_no_byte_of_its_frame_comes_out()
    {
        var plain = TestBucket.Bytes((2 * Plain) + 100);
        var (stored, salt) = await SealAsync(plain, 100_000, 100_000);
        foreach (var at in new[] { 0, 1000, Plain - 1, Plain, Frame - 1, Frame, (2 * Frame) - 1, 2 * Frame, (2 * Frame) + 50, stored.Length - 1 })
        {
            var changed = stored.ToArray();
            changed[at] ^= 0x10;
            var came = new MemoryStream();
            await ShouldFailAsync(changed, salt, plain.Length, came);
            came.ToArray().ShouldBe(plain.AsSpan(0, at / Frame * Plain).ToArray(), $"byte {at}");
        }
    }

    [Fact]
    public async Task Frames_that_are_exchanged_repeated_or_left_out_are_errors()
    {
        var plain = TestBucket.Bytes(4 * Plain);
        var (stored, salt) = await SealAsync(plain, 100_000, 100_000);
        byte[] FrameOf(int number) => stored.AsSpan(number * Frame, Frame).ToArray();
        await ShouldFailAsync([.. FrameOf(1), .. FrameOf(0), .. FrameOf(2), .. FrameOf(3)], salt, plain.Length);
        await ShouldFailAsync([.. FrameOf(0), .. FrameOf(1), .. FrameOf(1), .. FrameOf(3)], salt, plain.Length);
        await ShouldFailAsync([.. FrameOf(0), .. FrameOf(1), .. FrameOf(3)], salt, 3 * Plain);
        await ShouldFailAsync([.. FrameOf(0), .. FrameOf(1), .. FrameOf(2)], salt, 3 * Plain, because: "the row was shortened with the bytes");
        await ShouldFailAsync([.. FrameOf(0), .. FrameOf(1), .. FrameOf(2)], salt, plain.Length);
        await ShouldFailAsync([.. stored, .. FrameOf(3)], salt, 5 * Plain);
    }

    [Fact]
    public async Task A_segment_is_itself_alone_another_blob_key_salt_or_plain_row_is_an_error()
    {
        var plain = TestBucket.Bytes(Plain + 10);
        var (stored, salt) = await SealAsync(plain, 100_000, 100_000);
        var (_, otherSalt) = await SealAsync(plain, 100_000, 100_000);
        otherSalt.ShouldNotBe(salt, "no two segments have a key in common");
        Should.Throw<BlobCorruptException>(() => Key.OpenSegment(new BlobId(0, 1, 8), salt)).Message.ShouldContain("another key");
        Should.Throw<BlobCorruptException>(() => new DataKey(EncryptionParts.Key(2), null).OpenSegment(Id, salt)).Message.ShouldContain("another key");
        Should.Throw<BlobCorruptException>(() => Key.OpenSegment(Id, default)).Message.ShouldContain("says that it is plain");
        Should.Throw<BlobCorruptException>(() => Key.OpenSegment(Id, salt.AsSpan(1)));
        for (var at = 0; at < salt.Length; at++)
        {
            var changed = salt.ToArray();
            changed[at] ^= 1;
            Should.Throw<BlobCorruptException>(() => Key.OpenSegment(Id, changed));
        }

        await ShouldFailAsync(stored, otherSalt, plain.Length, because: "its commitment is right, its frames are another's");
    }

    [Theory]
    [InlineData(100)]
    [InlineData(Plain)]
    [InlineData((2 * Plain) + 5)]
    public async Task A_source_that_throws_at_its_end_leaves_bytes_that_nothing_opens(int length)
    {
        var plain = TestBucket.Bytes(length);
        using var cipher = Key.CreateSegment(Id, out var salt);
        using var sealing = new SealingStream(new FailingSource(plain), cipher);
        var stored = new MemoryStream();
        await Should.ThrowAsync<InvalidOperationException>(() => sealing.CopyToAsync(stored, Token));
        stored.Length.ShouldBeLessThan(SealedLayout.StoredLength(length));
        await ShouldFailAsync(stored.ToArray(), salt.ToArray(), length);
    }

    [Fact]
    public void The_format_is_pinned_by_bytes_that_another_implementation_made()
    {
        // HKDF-SHA256 and AES-256-GCM of the Python package cryptography: key 00..1f, salt 20..2f, blob id 1/2/3, frame 5 of "BleepStore", last.
        var key = Enumerable.Range(0, 32).Select(value => (byte)value).ToArray();
        var salt = Convert.FromHexString(Vectors.KeySalt);
        using var cipher = new DataKey(key, eTagKey: null).OpenSegment(new BlobId(1, 2, 3), salt);
        var sealedFrame = new byte[26];
        cipher.Seal(5, isLast: true, "BleepStore"u8, sealedFrame);
        Convert.ToHexStringLower(sealedFrame).ShouldBe(Vectors.Frame);
        var plain = new byte[10];
        cipher.TryOpen(5, isLast: false, sealedFrame, plain).ShouldBeFalse();
        plain.ShouldAllBe(value => value == 0);
        cipher.TryOpen(5, isLast: true, sealedFrame, plain).ShouldBeTrue();
    }

    [Fact]
    public void An_entity_tag_is_the_MD5_only_where_it_may_be()
    {
        var md5 = MD5.HashData("Hello"u8);
        new DataKey(EncryptionParts.Key(1), eTagKey: null).ETagOf(md5).ShouldBe(Convert.ToHexStringLower(md5));
        var hidden = new DataKey(EncryptionParts.Key(1), EncryptionParts.Key(2)).ETagOf(md5);
        hidden.Length.ShouldBe(32);
        hidden.ShouldNotBe(Convert.ToHexStringLower(md5));
        new DataKey(EncryptionParts.Key(3), EncryptionParts.Key(2)).ETagOf(md5).ShouldBe(hidden, "a client's second attempt gets the same");
        Key.ToString().ShouldBe("data key");
    }

    private static async Task<(byte[] Stored, byte[] Salt)> SealAsync(byte[] plain, int sourceRead, int sealedRead)
    {
        using var cipher = Key.CreateSegment(Id, out var salt);
        using var sealing = new SealingStream(new SlowSource(plain, sourceRead), cipher);
        using var stored = new MemoryStream();
        await CopyAsync(sealing, stored, sealedRead);
        return (stored.ToArray(), salt.ToArray());
    }

    private static async Task<byte[]> OpenAsync(byte[] stored, byte[] salt, long plainLength, long offset, long length, int read)
    {
        using var opened = new MemoryStream();
        await using var opening = Open(stored, salt, plainLength, offset, length);
        await CopyAsync(opening, opened, read);
        return opened.ToArray();
    }

    private static OpeningStream Open(byte[] stored, byte[] salt, long plainLength, long offset, long length)
    {
        var (from, count) = OpeningStream.StoredRange(plainLength, offset, length);
        from = Math.Min(from, stored.Length);
        var source = new MemoryStream(stored, (int)from, (int)Math.Min(count, stored.Length - from));
        return OpeningStream.Open(source, Key.OpenSegment(Id, salt), Id, plainLength, offset, length);
    }

    private static async Task ShouldFailAsync(byte[] stored, byte[] salt, long plainLength, MemoryStream? came = null, string? because = null)
    {
        foreach (var read in new[] { 4096, 1 << 20 })
        {
            await using var opening = Open(stored, salt, plainLength, 0, plainLength);
            var copied = came is not null && read == 4096 ? came : new MemoryStream();
            (await Should.ThrowAsync<BlobCorruptException>(() => CopyAsync(opening, copied, read), because)).Message.ShouldContain("authentication");
            await Should.ThrowAsync<BlobCorruptException>(() => CopyAsync(opening, new MemoryStream(), read), "an end would look like the real one");
        }
    }

    private static async Task CopyAsync(Stream source, Stream target, int read)
    {
        var buffer = new byte[read];
        while (await source.ReadAsync(buffer, Token) is var count and > 0)
        {
            await target.WriteAsync(buffer.AsMemory(0, count), Token);
        }
    }

    private static class Vectors
    {
        public const string KeySalt = "202122232425262728292a2b2c2d2e2f3a05e7d427bb5601cefcbba05eb5838060676fbf684f6c8e4d33e0cf82ef28af";
        public const string Frame = "bf5d600fe03db41d79e70de2e02a79a585892cc0ba1001ac2bab";
    }

    /// <summary>Gives no more than so many bytes at a time.</summary>
    private class SlowSource(byte[] bytes, int atOnce) : MemoryStream(bytes, writable: false)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => base.ReadAsync(buffer[..Math.Min(buffer.Length, atOnce)], cancellationToken);
    }

    /// <summary>Throws where it should end, as a body does that is not what was promised.</summary>
    private sealed class FailingSource(byte[] bytes) : SlowSource(bytes, 1 << 20)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => await base.ReadAsync(buffer, cancellationToken) is var count and > 0 ? count : throw new InvalidOperationException("Not what was promised.");
    }
}
