using System.Buffers.Binary;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using BleepStore.Storage.Checksums;
using BleepStore.Storage.FileSystem;

namespace BleepStore.Storage.Local.Packs;

/// <summary>What stands at the beginning of a pack: which it is, and the secret that its entries are known by.</summary>
/// <param name="Id">Random, of this file alone.</param>
/// <param name="Number">As in the file's name.</param>
/// <param name="IsCompacted">True when entries are not at home.</param>
/// <param name="Length">Bytes of a compacted pack, else 0.</param>
internal readonly record struct PackHeader(UInt128 Id, ulong Number, bool IsCompacted, long Length)
{
    private const ushort Version = 1;
    private const int VersionOffset = 8;
    private const int HeaderSizeOffset = 10;
    private const int KindOffset = 12;
    private const int IdOffset = 16;
    private const int NumberOffset = 32;
    private const int LengthOffset = 40;
    private const int ZeroOffset = 48;
    private const int ChecksumOffset = 60;

    private static ReadOnlySpan<byte> Magic => "BleepPck"u8;

    public static PackHeader Make(ulong number, bool isCompacted, long length)
    {
        Span<byte> id = stackalloc byte[16];
        RandomNumberGenerator.Fill(id);
        return new PackHeader(BinaryPrimitives.ReadUInt128BigEndian(id), number, isCompacted, length);
    }

    /// <summary>Reads either copy; null when both are damaged or of another pack.</summary>
    /// <exception cref="IOException">Neither will do, and one could not be read.</exception>
    public static PackHeader? Read(IStorageFile file, ulong number)
    {
        Span<byte> bytes = stackalloc byte[PackLayout.HeaderSize];
        ExceptionDispatchInfo? failure = null;
        for (long at = 0; at < PackLayout.FirstEntry; at += PackLayout.Sector)
        {
            try
            {
                if (file.Read(bytes, at) == bytes.Length && TryParse(bytes, out var header) && header.Number == number)
                {
                    return header;
                }
            }
            catch (IOException exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        }

        failure?.Throw();
        return null;
    }

    /// <summary>Writes both copies.</summary>
    public void Write(IStorageFile file)
    {
        Span<byte> bytes = stackalloc byte[(int)PackLayout.FirstEntry];
        bytes.Clear();
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[VersionOffset..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[HeaderSizeOffset..], PackLayout.HeaderSize);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[KindOffset..], IsCompacted ? 1u : 0u);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[IdOffset..], Id);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[NumberOffset..], Number);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[LengthOffset..], Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[ChecksumOffset..], Crc32C.Append(0, bytes[..ChecksumOffset]));
        bytes[..PackLayout.HeaderSize].CopyTo(bytes[PackLayout.Sector..]);
        file.Write(bytes, 0);
    }

    private static bool TryParse(ReadOnlySpan<byte> bytes, out PackHeader header)
    {
        uint kind = BinaryPrimitives.ReadUInt32LittleEndian(bytes[KindOffset..]);
        header = new PackHeader(
            BinaryPrimitives.ReadUInt128BigEndian(bytes[IdOffset..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[NumberOffset..]),
            kind == 1,
            BinaryPrimitives.ReadInt64LittleEndian(bytes[LengthOffset..]));
        return bytes[..Magic.Length].SequenceEqual(Magic)
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]) == Crc32C.Append(0, bytes[..ChecksumOffset])
            && BinaryPrimitives.ReadUInt16LittleEndian(bytes[VersionOffset..]) == Version
            && BinaryPrimitives.ReadUInt16LittleEndian(bytes[HeaderSizeOffset..]) == PackLayout.HeaderSize
            && kind <= 1
            && !bytes[ZeroOffset..ChecksumOffset].ContainsAnyExcept((byte)0);
    }
}
