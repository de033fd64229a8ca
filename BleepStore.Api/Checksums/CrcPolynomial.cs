using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.Intrinsics.X86;

namespace BleepStore.Api.Checksums;

/// <summary>
/// One reflected CRC: runs over bytes at memory speed and combines the CRCs of two pieces into that of their concatenation. States and
/// polynomials are reflected: the coefficient of x^j is bit (width - 1 - j). Initial value and final XOR are all ones.
/// </summary>
internal sealed class CrcPolynomial
{
    public static readonly CrcPolynomial Crc32 = new(width: 32, 0xEDB88320);
    public static readonly CrcPolynomial Crc32C = new(width: 32, 0x82F63B78);
    public static readonly CrcPolynomial Crc64Nvme = new(width: 64, 0x9A6C9329AC4BC9B5);

    private readonly int _width;
    private readonly ulong _polynomial;
    private readonly ulong[] _tables = new ulong[8 * 256];
    private readonly ulong[] _powersOfSquares = new ulong[64];
    private readonly CarrylessFolding _folding;

    private CrcPolynomial(int width, ulong polynomial)
    {
        _width = width;
        _polynomial = polynomial;
        FillTables();

        _powersOfSquares[0] = One >> 1;
        for (var i = 1; i < 64; i++)
            _powersOfSquares[i] = Multiply(_powersOfSquares[i - 1], _powersOfSquares[i - 1]);

        _folding = new CarrylessFolding(exponent => PowerOfX(exponent) << (64 - width));
    }

    /// <summary>The state before the first byte.</summary>
    public ulong InitialState => ulong.MaxValue >> (64 - _width);

    /// <summary>Length of a CRC in bytes.</summary>
    public int LengthBytes => _width / 8;

    private ulong One => 1UL << (_width - 1);

    /// <summary>The state after more bytes.</summary>
    public ulong Update(ulong state, ReadOnlySpan<byte> data)
    {
        if (Pclmulqdq.IsSupported && data.Length >= CarrylessFolding.MinimumBytes)
        {
            Span<byte> rest = stackalloc byte[16];
            data = data[_folding.Fold(state, data, rest)..];
            state = UpdateByTable(0, rest);
        }

        return UpdateByTable(state, data);
    }

    /// <summary>The CRC that a state stands for.</summary>
    public ulong Finish(ulong state) => state ^ InitialState;

    /// <summary>The CRC of two pieces one after the other, from the CRC of each.</summary>
    /// <param name="first">CRC of the first piece.</param>
    /// <param name="second">CRC of the second piece.</param>
    /// <param name="secondLengthBytes">Length of the second piece.</param>
    public ulong Combine(ulong first, ulong second, long secondLengthBytes)
        => Multiply(PowerOfX(checked((ulong)secondLengthBytes * 8)), first) ^ second;

    /// <summary>The portable way, by eight tables; public so that its equality with folding can be tested.</summary>
    public ulong UpdateByTable(ulong state, ReadOnlySpan<byte> data)
    {
        if (ReferenceEquals(this, Crc32C))
            return UpdateByInstruction((uint)state, data);

        var tables = _tables.AsSpan(0, 8 * 256);
        while (data.Length >= 8)
        {
            var x = state ^ BinaryPrimitives.ReadUInt64LittleEndian(data);
            state = tables[(7 * 256) + (byte)x]
                ^ tables[(6 * 256) + (byte)(x >> 8)]
                ^ tables[(5 * 256) + (byte)(x >> 16)]
                ^ tables[(4 * 256) + (byte)(x >> 24)]
                ^ tables[(3 * 256) + (byte)(x >> 32)]
                ^ tables[(2 * 256) + (byte)(x >> 40)]
                ^ tables[256 + (byte)(x >> 48)]
                ^ tables[(byte)(x >> 56)];
            data = data[8..];
        }

        foreach (var b in data)
            state = tables[(byte)state ^ b] ^ (state >> 8);

        return state;
    }

    // Processors without carry-less multiplication may still have an instruction for this one polynomial.
    private static ulong UpdateByInstruction(uint state, ReadOnlySpan<byte> data)
    {
        while (data.Length >= 8)
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[8..];
        }

        foreach (var b in data)
            state = BitOperations.Crc32C(state, b);

        return state;
    }

    private void FillTables()
    {
        for (var b = 0; b < 256; b++)
        {
            var value = (ulong)b;
            for (var bit = 0; bit < 8; bit++)
                value = TimesX(value);

            _tables[b] = value;
        }

        for (var i = 256; i < _tables.Length; i++)
            _tables[i] = _tables[(byte)_tables[i - 256]] ^ (_tables[i - 256] >> 8);
    }

    private ulong PowerOfX(ulong exponent)
    {
        var power = One;
        for (; exponent != 0; exponent &= exponent - 1)
            power = Multiply(_powersOfSquares[BitOperations.TrailingZeroCount(exponent)], power);

        return power;
    }

    private ulong Multiply(ulong a, ulong b)
    {
        var product = 0UL;
        for (var bit = One; bit != 0; bit >>= 1)
        {
            if ((a & bit) != 0)
                product ^= b;

            b = TimesX(b);
        }

        return product;
    }

    private ulong TimesX(ulong value) => (value & 1) != 0 ? (value >> 1) ^ _polynomial : value >> 1;
}
