using System.Buffers.Binary;
using BleepStore.Storage.Checksums;
using BleepStore.Storage.FileSystem;

namespace BleepStore.Storage.Local.Packs;

/// <summary>
/// The table of a pack that grows no more, in a file beside it, so that listing, accounting and finding what was moved read one small file.
/// It is derived: a missing or damaged one is made anew from the pack, and so it is not synced when it is made.
/// </summary>
/// <remarks>
/// <code>
/// header    64 bytes:
///             0  magic         "BleepIdx"
///             8  version       u16, 1
///            10  header size   u16, 64
///            12  flags         u32, 1 where the pack has damage
///            16  pack id       16 bytes, so that the table of a file that is no more is not taken for this one's
///            32  count         u32, entries
///            36  zero          24 bytes
///            60  checksum      of the 60 bytes before and all entries
/// entries   32 bytes each: blob id (16), home, place (u32 each, in sectors), length (u32), zero (u32)
/// states    1 byte each, not in the checksum: 0 for a live blob, 1 for a dead one
/// </code>
/// A state is written after the pack's own is durable, and durable before the delete is told of: who is dead here is dead there, and who is
/// alive here and dead there is about to be deleted once more. So a loss of power leaves no dead blob that is listed for ever.
/// </remarks>
internal static class PackTableFile
{
    private const int HeaderSize = 64;
    private const int EntrySize = 32;
    private const ushort Version = 1;
    private const int VersionOffset = 8;
    private const int HeaderSizeOffset = 10;
    private const int FlagsOffset = 12;
    private const int IdOffset = 16;
    private const int CountOffset = 32;
    private const int ChecksumOffset = 60;
    private const byte Dead = 1;

    private static ReadOnlySpan<byte> Magic => "BleepIdx"u8;

    /// <summary>Writes the table; where there is no room or the disk refuses, there is none.</summary>
    public static void Save(IFileSystem fileSystem, string path, UInt128 packId, PackTable table)
    {
        var entries = table.ToArray();
        var bytes = new byte[HeaderSize + (entries.Length * (EntrySize + 1))];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(VersionOffset), Version);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(HeaderSizeOffset), HeaderSize);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(FlagsOffset), table.HasDamage ? 1u : 0u);
        BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(IdOffset), packId);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(CountOffset), entries.Length);
        for (int i = 0; i < entries.Length; i++)
        {
            WriteEntry(bytes.AsSpan(HeaderSize + (i * EntrySize), EntrySize), entries[i]);
            bytes[HeaderSize + (entries.Length * EntrySize) + i] = entries[i].IsDead ? Dead : (byte)0;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumOffset), Checksum(bytes, entries.Length));
        try
        {
            fileSystem.Delete(path);
            using var file = fileSystem.CreateFile(path, preallocateBytes: 0);
            file.Write(bytes, 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // If it stays it fails its checksum.
            fileSystem.TryDelete(path);
        }
    }

    /// <summary>Reads the table; null when there is none of that pack that can be trusted.</summary>
    public static PackTable? Load(IFileSystem fileSystem, string path, UInt128 packId)
    {
        try
        {
            return LoadCore(fileSystem, path, packId);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Notes that entries, given by their place in the order, are dead; durable on return.</summary>
    public static void MarkDead(IFileSystem fileSystem, string path, int count, List<int> indexes)
    {
        try
        {
            using var file = indexes.Count == 0 ? null : fileSystem.OpenFile(path, writable: true);
            if (file is null)
            {
                return;
            }

            foreach (int index in indexes)
            {
                file.Write([Dead], HeaderSize + ((long)count * EntrySize) + index);
            }

            file.Sync();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // If it stays it lists dead blobs, of which the pack itself knows better.
            fileSystem.TryDelete(path);
        }
    }

    private static PackTable? LoadCore(IFileSystem fileSystem, string path, UInt128 packId)
    {
        using var file = fileSystem.OpenFile(path, writable: false);
        if (file is null || file.Length is < HeaderSize or > int.MaxValue)
        {
            return null;
        }

        var bytes = new byte[file.Length];
        if (file.Read(bytes, 0) != bytes.Length || !IsWhole(bytes, packId, out int count))
        {
            return null;
        }

        var table = new PackTable((BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(FlagsOffset)) & 1) != 0);
        for (int i = 0; i < count; i++)
        {
            byte state = bytes[HeaderSize + (count * EntrySize) + i];
            if (state > Dead)
            {
                return null;
            }

            table.Add(ReadEntry(bytes.AsSpan(HeaderSize + (i * EntrySize), EntrySize), state == Dead));
        }

        return table;
    }

    private static bool IsWhole(byte[] bytes, UInt128 packId, out int count)
    {
        count = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(CountOffset));
        return bytes.AsSpan().StartsWith(Magic)
            && BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(VersionOffset)) == Version
            && BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(HeaderSizeOffset)) == HeaderSize
            && BinaryPrimitives.ReadUInt128BigEndian(bytes.AsSpan(IdOffset)) == packId
            && bytes.Length == HeaderSize + ((long)count * (EntrySize + 1))
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(ChecksumOffset)) == Checksum(bytes, count);
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes, int count) =>
        Crc32C.Append(Crc32C.Append(0, bytes[..ChecksumOffset]), bytes.Slice(HeaderSize, count * EntrySize));

    private static void WriteEntry(Span<byte> bytes, in PackEntry entry)
    {
        BinaryPrimitives.WriteUInt128BigEndian(bytes, entry.Id.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], entry.HomeSector);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[20..], entry.Sector);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[24..], entry.Length);
    }

    private static PackEntry ReadEntry(ReadOnlySpan<byte> bytes, bool isDead) => new(
        new BlobId(BinaryPrimitives.ReadUInt128BigEndian(bytes)),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]),
        isDead);
}
