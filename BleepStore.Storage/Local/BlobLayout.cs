using System.Buffers.Binary;
using BleepStore.Storage.Checksums;

namespace BleepStore.Storage.Local;

/// <summary>The bytes of a blob's file, version 1: where everything stands and how it is checked.</summary>
/// <remarks>
/// All numbers are little-endian, every checksum is CRC-32C.
/// <code>
/// data      length bytes, raw, in frames of 65,536 bytes; the last may be shorter
/// pages     for every 1,024 frames: their checksums (4 bytes each), then the page's own (4 bytes)
/// header    64 bytes, the end of the file:
///             0  magic         "BleepBlo"
///             8  version       u16, 1
///            10  header size   u16, 64
///            12  frame size    u32, 65,536
///            16  blob id       16 bytes, big-endian as in the file's name
///            32  length        u64, bytes of data
///            40  page entries  u32, 1,024
///            44  zero          16 bytes
///            60  checksum      of the 60 bytes before
/// </code>
/// A frame's checksum is of its data alone, so that a whole copy may carry it over. A page's is of the blob id (16 bytes), the page's
/// number (u64) and its entries, so that a page of another blob or place is noticed. The header is last because the length is not always
/// known first.
/// </remarks>
internal static class BlobLayout
{
    public const int FrameSize = 64 * 1024;
    public const int EntrySize = 4;
    public const int EntriesPerPage = 1024;
    public const int PageSize = (EntriesPerPage + 1) * EntrySize;
    public const int HeaderSize = 64;

    private const ushort Version = 1;
    private const int VersionOffset = 8;
    private const int HeaderSizeOffset = 10;
    private const int FrameSizeOffset = 12;
    private const int IdOffset = 16;
    private const int LengthOffset = 32;
    private const int PageEntriesOffset = 40;
    private const int ZeroOffset = 44;
    private const int ChecksumOffset = 60;

    private static ReadOnlySpan<byte> Magic => "BleepBlo"u8;

    public static long Frames(long length) => (length + FrameSize - 1) / FrameSize;

    public static long Pages(long length) => (Frames(length) + EntriesPerPage - 1) / EntriesPerPage;

    public static long PageOffset(long length, long page) => length + (page * PageSize);

    public static int EntriesInPage(long length, long page) =>
        (int)Math.Min(EntriesPerPage, Frames(length) - (page * EntriesPerPage));

    public static long HeaderOffset(long length) => length + ((Frames(length) + Pages(length)) * EntrySize);

    public static long StoredLength(long length) => HeaderOffset(length) + HeaderSize;

    /// <summary>The length of the blob whose file has this length; of a damaged file the nearest below, 0 for the shortest.</summary>
    public static long LengthOf(long storedLength)
    {
        long low = 0;
        long high = Math.Max(0, storedLength - HeaderSize);
        while (low < high)
        {
            long middle = low + ((high - low + 1) / 2);
            if (StoredLength(middle) <= storedLength)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    public static uint PageChecksum(BlobId id, long page, ReadOnlySpan<byte> entries)
    {
        Span<byte> place = stackalloc byte[24];
        BinaryPrimitives.WriteUInt128BigEndian(place, id.Value);
        BinaryPrimitives.WriteInt64LittleEndian(place[16..], page);
        return Crc32C.Append(Crc32C.Append(0, place), entries);
    }

    /// <summary>Writes pages and header of a blob whose data lie in memory whole.</summary>
    /// <param name="trailer">What follows the data in the file: <see cref="StoredLength"/> less the data's length.</param>
    public static void WriteTrailer(ReadOnlySpan<byte> data, Span<byte> trailer, BlobId id)
    {
        for (int page = 0; page < Pages(data.Length); page++)
        {
            int entries = EntriesInPage(data.Length, page);
            var bytes = trailer.Slice(page * PageSize, (entries + 1) * EntrySize);
            for (int i = 0; i < entries; i++)
            {
                var frame = data[(((page * EntriesPerPage) + i) * FrameSize)..];
                uint checksum = Crc32C.Append(0, frame[..Math.Min(FrameSize, frame.Length)]);
                BinaryPrimitives.WriteUInt32LittleEndian(bytes[(i * EntrySize)..], checksum);
            }

            BinaryPrimitives.WriteUInt32LittleEndian(bytes[^EntrySize..], PageChecksum(id, page, bytes[..^EntrySize]));
        }

        WriteHeader(trailer[^HeaderSize..], id, data.Length);
    }

    /// <summary>True when a blob that lies in memory whole is what was written, to the last bit.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> stored, BlobId id, int length)
    {
        Span<byte> expected = new byte[stored.Length - length];
        WriteTrailer(stored[..length], expected, id);
        return stored[length..].SequenceEqual(expected);
    }

    public static void WriteHeader(Span<byte> header, BlobId id, long length)
    {
        header[..HeaderSize].Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[VersionOffset..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(header[HeaderSizeOffset..], HeaderSize);
        BinaryPrimitives.WriteUInt32LittleEndian(header[FrameSizeOffset..], FrameSize);
        BinaryPrimitives.WriteUInt128BigEndian(header[IdOffset..], id.Value);
        BinaryPrimitives.WriteInt64LittleEndian(header[LengthOffset..], length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[PageEntriesOffset..], EntriesPerPage);
        BinaryPrimitives.WriteUInt32LittleEndian(header[ChecksumOffset..], Crc32C.Append(0, header[..ChecksumOffset]));
    }

    /// <summary>Returns when the header is that of the blob.</summary>
    /// <exception cref="BlobCorruptException">The header is damaged, of another blob, or of a layout this version does not
    /// know.</exception>
    public static void CheckHeader(ReadOnlySpan<byte> header, BlobId id, long length)
    {
        if (!header[..Magic.Length].SequenceEqual(Magic))
        {
            throw new BlobCorruptException(id, "there is no header where the recorded length puts it");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(header[ChecksumOffset..]) != Crc32C.Append(0, header[..ChecksumOffset]))
        {
            throw new BlobCorruptException(id, "its header fails its checksum");
        }

        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(header[VersionOffset..]);
        if (version != Version
            || BinaryPrimitives.ReadUInt16LittleEndian(header[HeaderSizeOffset..]) != HeaderSize
            || BinaryPrimitives.ReadUInt32LittleEndian(header[FrameSizeOffset..]) != FrameSize
            || BinaryPrimitives.ReadUInt32LittleEndian(header[PageEntriesOffset..]) != EntriesPerPage
            || header[ZeroOffset..ChecksumOffset].ContainsAnyExcept((byte)0))
        {
            throw new BlobCorruptException(id, $"its layout (version {version}) is not known to this release");
        }

        var storedId = new BlobId(BinaryPrimitives.ReadUInt128BigEndian(header[IdOffset..]));
        if (storedId != id)
        {
            throw new BlobCorruptException(id, $"its file is that of blob {storedId}");
        }

        long storedLength = BinaryPrimitives.ReadInt64LittleEndian(header[LengthOffset..]);
        if (storedLength != length)
        {
            throw new BlobCorruptException(id, $"its file says {storedLength} bytes where the record says {length}");
        }
    }
}
