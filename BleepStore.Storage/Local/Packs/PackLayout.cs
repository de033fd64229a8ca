namespace BleepStore.Storage.Local.Packs;

/// <summary>The bytes of a pack, version 1: where everything stands and how it is checked.</summary>
/// <remarks>
/// All numbers are little-endian, every checksum is CRC-32C. Headers and entries begin at multiples of 512 bytes, so that a write never
/// touches a sector that an acknowledged entry has bytes in.
/// <code>
/// header    64 bytes at 0, and the same again at 512:
///             0  magic         "BleepPck"
///             8  version       u16, 1
///            10  header size   u16, 64
///            12  kind          u32, 0 appended to, 1 compacted: its entries are not at home
///            16  pack id       16 random bytes
///            32  number        u64, as in the file's name
///            40  length        u64, of a compacted pack; 0
///            48  zero          12 bytes
///            60  checksum      of the 60 bytes before
/// entries   from 1,024 on, each:
///   header  64 bytes:
///             0  magic         "BleepEnt"
///             8  version       u16, 1
///            10  header size   u16, 64
///            12  zero          4 bytes
///            16  blob id       16 bytes, big-endian
///            32  length        u64, bytes of the blob's data
///            40  home          u64, the offset it was first written at, which its locator names
///            48  checksum      of pack id (16 bytes), own offset (u64) and the 48 bytes before
///            52  zero          4 bytes
///            56  state         8 bytes, not in the checksum: zero for a live blob, "BleepDel" for a dead one
///   blob    what a file of its own would hold, see BlobLayout
///   zero    up to the next multiple of 512
/// </code>
/// The pack id is secret and part of each entry's checksum: whatever bytes users store, none can look like an entry. A state that is
/// neither is damage. Of a dead entry the whole pages behind its header may be holes.
/// </remarks>
internal static class PackLayout
{
    public const int Sector = 512;
    public const long FirstEntry = 2 * Sector;
    public const int HeaderSize = 64;

    /// <summary>What a file system frees at once.</summary>
    public const int Page = 4096;

    public static long RoundUp(long length, int unit = Sector) => (length + unit - 1) / unit * unit;

    /// <summary>Bytes from an entry to the next.</summary>
    public static long EntryLength(long length) => RoundUp(HeaderSize + BlobLayout.StoredLength(length));

    public static bool CanBeEntry(long offset) => offset >= FirstEntry && offset % Sector == 0;

    /// <summary>The whole pages of an entry that its death frees.</summary>
    public static (long Start, long Length) Freeable(long offset, long length)
    {
        long start = RoundUp(offset + HeaderSize, Page);
        long end = (offset + EntryLength(length)) / Page * Page;
        return (start, Math.Max(0, end - start));
    }
}
