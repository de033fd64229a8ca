using System.Buffers.Binary;
using BleepStore.Storage.Checksums;

namespace BleepStore.Storage.Local.Packs;

/// <summary>Whether the blob of an entry is there.</summary>
internal enum PackEntryState
{
    /// <summary>It is.</summary>
    Live,

    /// <summary>It was deleted.</summary>
    Dead,

    /// <summary>Nobody can say.</summary>
    Damaged,
}

/// <summary>What stands before each blob in a pack.</summary>
/// <param name="Id">The blob.</param>
/// <param name="Length">Bytes of its data.</param>
/// <param name="Home">Offset it was first written at.</param>
/// <param name="State">Whether it is there.</param>
internal readonly record struct PackEntryHeader(BlobId Id, long Length, long Home, PackEntryState State)
{
    public const int StateOffset = 56;

    private const ushort Version = 1;
    private const int VersionOffset = 8;
    private const int HeaderSizeOffset = 10;
    private const int ZeroOffset = 12;
    private const int IdOffset = 16;
    private const int LengthOffset = 32;
    private const int HomeOffset = 40;
    private const int ChecksumOffset = 48;
    private const int SecondZeroOffset = 52;

    /// <summary>The state of a blob that was deleted.</summary>
    public static ReadOnlySpan<byte> DeadState => "BleepDel"u8;

    private static ReadOnlySpan<byte> Magic => "BleepEnt"u8;

    /// <summary>Reads what stands at an offset of a pack; false when it is no entry of that pack at that place.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, UInt128 packId, long offset, out PackEntryHeader header)
    {
        header = default;
        if (bytes.Length < PackLayout.HeaderSize
            || !bytes[..Magic.Length].SequenceEqual(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]) != Checksum(bytes, packId, offset)
            || BinaryPrimitives.ReadUInt16LittleEndian(bytes[VersionOffset..]) != Version
            || BinaryPrimitives.ReadUInt16LittleEndian(bytes[HeaderSizeOffset..]) != PackLayout.HeaderSize
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[ZeroOffset..]) != 0
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[SecondZeroOffset..]) != 0)
        {
            return false;
        }

        var state = bytes[StateOffset..PackLayout.HeaderSize];
        header = new PackEntryHeader(
            new BlobId(BinaryPrimitives.ReadUInt128BigEndian(bytes[IdOffset..])),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[LengthOffset..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[HomeOffset..]),
            state.SequenceEqual(DeadState) ? PackEntryState.Dead
                : state.ContainsAnyExcept((byte)0) ? PackEntryState.Damaged
                : PackEntryState.Live);
        return true;
    }

    /// <summary>Writes the header for an offset of a pack.</summary>
    public void Write(Span<byte> bytes, UInt128 packId, long offset)
    {
        bytes[..PackLayout.HeaderSize].Clear();
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[VersionOffset..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[HeaderSizeOffset..], PackLayout.HeaderSize);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[IdOffset..], Id.Value);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[LengthOffset..], Length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[HomeOffset..], Home);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[ChecksumOffset..], Checksum(bytes, packId, offset));
        if (State == PackEntryState.Dead)
        {
            DeadState.CopyTo(bytes[StateOffset..]);
        }
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes, UInt128 packId, long offset)
    {
        Span<byte> place = stackalloc byte[24];
        BinaryPrimitives.WriteUInt128BigEndian(place, packId);
        BinaryPrimitives.WriteInt64LittleEndian(place[16..], offset);
        return Crc32C.Append(Crc32C.Append(0, place), bytes[..ChecksumOffset]);
    }
}
