using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BleepStore.Storage.Checksums;

/// <summary>
/// CRC-32C (Castagnoli) at the speed of the machine: the processor's instruction takes three cycles but a new one can start every cycle,
/// so three neighbouring blocks are digested at once and their registers joined.
/// </summary>
public static class Crc32C
{
    private const uint ReflectedPolynomial = 0x82F63B78;

    // In reflected form the highest bit is the constant term.
    private const uint One = 1u << 31;
    private const uint XToTheEighth = 1u << 23;

    // Long enough that joining (8 look-ups) is noise, short enough that the odd end of a 64 KiB frame is small.
    private const int LongBlock = 4096;
    private const int ShortBlock = 256;

    private static readonly uint[] LongShift = ShiftTable(LongBlock);
    private static readonly uint[] ShortShift = ShiftTable(ShortBlock);

    /// <summary>The CRC of some bytes, or of more bytes behind those whose CRC is given.</summary>
    /// <param name="crc">CRC of what came before; 0 for nothing.</param>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        uint register = ~crc;
        ref byte at = ref MemoryMarshal.GetReference(data);
        int left = data.Length;
        for (; left >= 3 * LongBlock; left -= 3 * LongBlock)
        {
            register = ThreeBlocks(register, ref at, LongBlock, LongShift);
            at = ref Unsafe.Add(ref at, 3 * LongBlock);
        }

        for (; left >= 3 * ShortBlock; left -= 3 * ShortBlock)
        {
            register = ThreeBlocks(register, ref at, ShortBlock, ShortShift);
            at = ref Unsafe.Add(ref at, 3 * ShortBlock);
        }

        for (; left >= sizeof(ulong); left -= sizeof(ulong))
        {
            register = BitOperations.Crc32C(register, Load(ref at));
            at = ref Unsafe.Add(ref at, sizeof(ulong));
        }

        for (; left > 0; left--)
        {
            register = BitOperations.Crc32C(register, at);
            at = ref Unsafe.Add(ref at, 1);
        }

        return ~register;
    }

    /// <summary>The CRC of two runs of bytes joined, from the CRC of each and the length of the second.</summary>
    /// <param name="secondLength">Length of the second run in bytes, not negative.</param>
    public static uint Combine(uint first, uint second, long secondLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(secondLength);
        return Multiply(PowerOfX(secondLength), first) ^ second;
    }

    private static uint ThreeBlocks(uint register, ref byte first, int block, uint[] shift)
    {
        ref byte second = ref Unsafe.Add(ref first, block);
        ref byte third = ref Unsafe.Add(ref first, 2 * block);
        uint secondRegister = 0;
        uint thirdRegister = 0;
        for (nint i = 0; i < block; i += sizeof(ulong))
        {
            register = BitOperations.Crc32C(register, Load(ref Unsafe.Add(ref first, i)));
            secondRegister = BitOperations.Crc32C(secondRegister, Load(ref Unsafe.Add(ref second, i)));
            thirdRegister = BitOperations.Crc32C(thirdRegister, Load(ref Unsafe.Add(ref third, i)));
        }

        register = Shift(register, shift) ^ secondRegister;
        return Shift(register, shift) ^ thirdRegister;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Load(ref byte at)
    {
        ulong value = Unsafe.ReadUnaligned<ulong>(ref at);
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }

    private static uint Shift(uint register, uint[] table) =>
        table[(byte)register]
        ^ table[256 + (byte)(register >> 8)]
        ^ table[512 + (byte)(register >> 16)]
        ^ table[768 + (register >> 24)];

    /// <summary>What each byte of a register becomes when <paramref name="zeroBytes"/> zero bytes follow it.</summary>
    private static uint[] ShiftTable(int zeroBytes)
    {
        uint power = PowerOfX(zeroBytes);
        var table = new uint[4 * 256];
        for (int i = 0; i < table.Length; i++)
        {
            table[i] = Multiply(power, (uint)(i & 0xFF) << (8 * (i >> 8)));
        }

        return table;
    }

    /// <summary>x to the power of 8 × <paramref name="bytes"/> modulo the polynomial, by repeated squaring.</summary>
    private static uint PowerOfX(long bytes)
    {
        uint result = One;
        for (uint square = XToTheEighth; bytes > 0; bytes >>= 1, square = Multiply(square, square))
        {
            if ((bytes & 1) != 0)
            {
                result = Multiply(result, square);
            }
        }

        return result;
    }

    private static uint Multiply(uint left, uint right)
    {
        uint product = 0;
        for (uint bit = One; bit != 0; bit >>= 1)
        {
            product ^= (left & bit) != 0 ? right : 0;
            right = (right >> 1) ^ ((right & 1) != 0 ? ReflectedPolynomial : 0);
        }

        return product;
    }
}
