using System.Buffers.Binary;
using BleepStore.Storage;
using BleepStore.Storage.Checksums;

namespace BleepStore.Api.Content;

/// <summary>
/// The bytes of an inline segment as the metadata store keeps them: the bytes, encrypted or plain, then their CRC-32C (4 bytes, little-endian) over the blob
/// id and them, so that a flipped bit or a row of another blob is found whatever the engine.
/// </summary>
internal static class InlineBody
{
    /// <summary>Bytes that sealing adds.</summary>
    public const int SealBytes = 4;

    private const int BlobIdBytes = 16;

    /// <summary>Writes the checksum behind the bytes, into the last <see cref="SealBytes"/> of <paramref name="bytes"/>.</summary>
    public static void Seal(BlobId id, Span<byte> bytes)
        => BinaryPrimitives.WriteUInt32LittleEndian(bytes[^SealBytes..], Checksum(id, bytes[..^SealBytes]));

    /// <summary>The bytes of a row.</summary>
    /// <param name="sealedBytes">What the store keeps.</param>
    /// <param name="length">Their length without the checksum, as the segment says.</param>
    /// <exception cref="BlobCorruptException">They are not what was written.</exception>
    public static ReadOnlyMemory<byte> Open(BlobId id, ReadOnlyMemory<byte> sealedBytes, long length)
    {
        if (sealedBytes.Length != length + SealBytes)
        {
            throw new BlobCorruptException(id, $"its row has {sealedBytes.Length} bytes instead of {length + SealBytes}");
        }

        var plain = sealedBytes[..^SealBytes];
        return BinaryPrimitives.ReadUInt32LittleEndian(sealedBytes.Span[^SealBytes..]) == Checksum(id, plain.Span)
            ? plain
            : throw new BlobCorruptException(id, "its row fails its checksum");
    }

    private static uint Checksum(BlobId id, ReadOnlySpan<byte> plain)
    {
        Span<byte> place = stackalloc byte[BlobIdBytes];
        BinaryPrimitives.WriteUInt128BigEndian(place, id.Value);
        return Crc32C.Append(Crc32C.Append(0, place), plain);
    }
}
