using System.Buffers.Binary;

namespace BleepStore.Benchmarks.Wire;

/// <summary>The CRCs that clients send with uploads, by table: made before the run, so speed is no matter, and independent of the server's.</summary>
internal sealed class Crc
{
    private readonly ulong[] _table = new ulong[256];
    private readonly ulong _mask;
    private readonly int _bytes;

    private Crc(string name, int bits, ulong reflectedPolynomial)
    {
        HeaderName = "x-amz-checksum-" + name;
        _bytes = bits / 8;
        _mask = ulong.MaxValue >> (64 - bits);
        for (var entry = 0UL; entry < 256; entry++)
        {
            _table[entry] = Enumerable.Range(0, 8).Aggregate(entry, (value, _) => (value & 1) == 0 ? value >> 1 : (value >> 1) ^ reflectedPolynomial);
        }
    }

    public static Crc Crc32 { get; } = new("crc32", 32, 0xEDB88320);

    public static Crc Crc32C { get; } = new("crc32c", 32, 0x82F63B78);

    public static Crc Crc64Nvme { get; } = new("crc64nvme", 64, 0x9A6C9329AC4BC9B5);

    /// <summary>The header or trailer that carries it.</summary>
    public string HeaderName { get; }

    /// <summary>The checksum of all pieces together, as the header carries it.</summary>
    public string Base64Of(IEnumerable<ArraySegment<byte>> pieces)
    {
        var value = _mask;
        foreach (var piece in pieces)
        {
            foreach (var one in piece.AsSpan())
            {
                value = _table[(byte)value ^ one] ^ (value >> 8);
            }
        }

        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value ^ _mask);
        return Convert.ToBase64String(bytes[^_bytes..]);
    }
}
