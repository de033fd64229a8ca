using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BleepStore.Api.Checksums;

/// <summary>
/// Shrinks a long message to 16 bytes with the same remainder by carry-less multiplication, four lanes at a time. After V. Gopal et al.,
/// "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009; reflected as in its section on bit order.
/// </summary>
internal sealed class CarrylessFolding
{
    /// <summary>Shorter messages are not worth folding.</summary>
    public const int MinimumBytes = 64;

    private const int LaneBytes = 16;
    private readonly Vector128<ulong> _by512Bits;
    private readonly Vector128<ulong> _by128Bits;

    /// <summary>Computes the distances for one polynomial.</summary>
    /// <param name="powerOfX">x to that power modulo the polynomial, the coefficient of x^j at bit 63 - j.</param>
    public CarrylessFolding(Func<ulong, ulong> powerOfX)
    {
        // The product of two reflected factors comes out multiplied by x once too often, hence the exponents less one.
        _by512Bits = Vector128.Create(powerOfX(512 + 64 - 1), powerOfX(512 - 1));
        _by128Bits = Vector128.Create(powerOfX(128 + 64 - 1), powerOfX(128 - 1));
    }

    /// <summary>Folds all whole lanes of <paramref name="data"/> into 16 bytes that stand for them.</summary>
    /// <param name="state">State before the data.</param>
    /// <param name="data">At least <see cref="MinimumBytes"/>.</param>
    /// <param name="folded">Takes the 16 bytes, to be run over with a state of zero.</param>
    /// <returns>How many bytes were folded; the rest is still to be run over.</returns>
    public int Fold(ulong state, ReadOnlySpan<byte> data, Span<byte> folded)
    {
        Debug.Assert(data.Length >= MinimumBytes, "A message shorter than four lanes cannot be folded.");
        var lanes = MemoryMarshal.Cast<byte, Vector128<ulong>>(data);
        var lane0 = lanes[0] ^ Vector128.CreateScalar(state);
        var lane1 = lanes[1];
        var lane2 = lanes[2];
        var lane3 = lanes[3];
        var next = 4;
        for (; next + 4 <= lanes.Length; next += 4)
        {
            var four = lanes.Slice(next, 4);
            lane0 = Shift(lane0, _by512Bits) ^ four[0];
            lane1 = Shift(lane1, _by512Bits) ^ four[1];
            lane2 = Shift(lane2, _by512Bits) ^ four[2];
            lane3 = Shift(lane3, _by512Bits) ^ four[3];
        }

        lane1 ^= Shift(lane0, _by128Bits);
        lane2 ^= Shift(lane1, _by128Bits);
        lane3 ^= Shift(lane2, _by128Bits);
        for (; next < lanes.Length; next++)
            lane3 = Shift(lane3, _by128Bits) ^ lanes[next];

        lane3.AsByte().CopyTo(folded);
        return next * LaneBytes;
    }

    private static Vector128<ulong> Shift(Vector128<ulong> lane, Vector128<ulong> distance)
        => Pclmulqdq.CarrylessMultiply(lane, distance, 0x00) ^ Pclmulqdq.CarrylessMultiply(lane, distance, 0x11);
}
