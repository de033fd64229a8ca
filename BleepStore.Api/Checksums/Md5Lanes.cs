using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BleepStore.Api.Checksums;

/// <summary>One message at a time, on any processor.</summary>
internal readonly struct OneLane(uint value) : IMd5Lanes<OneLane>
{
    private readonly uint _value = value;

    /// <inheritdoc/>
    public static int Count => 1;

    /// <inheritdoc/>
    public static int LeastWorthwhile => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane Create(uint value) => new(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Load(byte** blocks, Span<OneLane> words)
        => new ReadOnlySpan<byte>(blocks[0], Md5Rounds.BlockBytes).CopyTo(MemoryMarshal.AsBytes(words));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane operator +(OneLane left, OneLane right) => new(left._value + right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane F(OneLane b, OneLane c, OneLane d) => new(d._value ^ (b._value & (c._value ^ d._value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane H(OneLane b, OneLane c, OneLane d) => new(b._value ^ (c._value ^ d._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane I(OneLane b, OneLane c, OneLane d) => new(c._value ^ (b._value | ~d._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane RotateLeft(OneLane value, [ConstantExpected] byte bits) => new(BitOperations.RotateLeft(value._value, bits));
}

/// <summary>Eight messages at once, by AVX2.</summary>
internal readonly struct EightLanes(Vector256<uint> value) : IMd5Lanes<EightLanes>
{
    private readonly Vector256<uint> _value = value;

    /// <inheritdoc/>
    public static int Count => 8;

    /// <inheritdoc/>
    public static int LeastWorthwhile => 3;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static EightLanes Create(uint value) => new(Vector256.Create(value));

    /// <inheritdoc/>
    public static unsafe void Load(byte** blocks, Span<EightLanes> words)
    {
        for (var i = 0; i < 16; i += 4)
        {
            // Each 128 bits hold four words of one message, and after the two steps one word of four messages.
            var (m0, m1, m2, m3) = (Load(blocks, i), Load(blocks + 1, i), Load(blocks + 2, i), Load(blocks + 3, i));
            var (low01, high01) = (Avx2.UnpackLow(m0, m1).AsUInt64(), Avx2.UnpackHigh(m0, m1).AsUInt64());
            var (low23, high23) = (Avx2.UnpackLow(m2, m3).AsUInt64(), Avx2.UnpackHigh(m2, m3).AsUInt64());
            words[i] = new EightLanes(Avx2.UnpackLow(low01, low23).AsUInt32());
            words[i + 1] = new EightLanes(Avx2.UnpackHigh(low01, low23).AsUInt32());
            words[i + 2] = new EightLanes(Avx2.UnpackLow(high01, high23).AsUInt32());
            words[i + 3] = new EightLanes(Avx2.UnpackHigh(high01, high23).AsUInt32());
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static EightLanes operator +(EightLanes left, EightLanes right) => new(left._value + right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static EightLanes F(EightLanes b, EightLanes c, EightLanes d) => new(d._value ^ (b._value & (c._value ^ d._value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static EightLanes H(EightLanes b, EightLanes c, EightLanes d) => new(b._value ^ (c._value ^ d._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static EightLanes I(EightLanes b, EightLanes c, EightLanes d) => new(c._value ^ (b._value | ~d._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static EightLanes RotateLeft(EightLanes value, [ConstantExpected] byte bits)
        => new((value._value << bits) | (value._value >>> (32 - bits)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector256<uint> Load(byte** blocks, int word)
        => Vector256.Create(Vector128.Load((uint*)blocks[0] + word), Vector128.Load((uint*)blocks[4] + word));
}

/// <summary>Sixteen messages at once, by AVX-512.</summary>
internal readonly struct SixteenLanes(Vector512<uint> value) : IMd5Lanes<SixteenLanes>
{
    private readonly Vector512<uint> _value = value;

    /// <inheritdoc/>
    public static int Count => 16;

    /// <inheritdoc/>
    public static int LeastWorthwhile => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SixteenLanes Create(uint value) => new(Vector512.Create(value));

    /// <inheritdoc/>
    public static unsafe void Load(byte** blocks, Span<SixteenLanes> words)
    {
        for (var i = 0; i < 16; i += 4)
        {
            // As with eight.
            var (m0, m1, m2, m3) = (Load(blocks, i), Load(blocks + 1, i), Load(blocks + 2, i), Load(blocks + 3, i));
            var (low01, high01) = (Avx512F.UnpackLow(m0, m1).AsUInt64(), Avx512F.UnpackHigh(m0, m1).AsUInt64());
            var (low23, high23) = (Avx512F.UnpackLow(m2, m3).AsUInt64(), Avx512F.UnpackHigh(m2, m3).AsUInt64());
            words[i] = new SixteenLanes(Avx512F.UnpackLow(low01, low23).AsUInt32());
            words[i + 1] = new SixteenLanes(Avx512F.UnpackHigh(low01, low23).AsUInt32());
            words[i + 2] = new SixteenLanes(Avx512F.UnpackLow(high01, high23).AsUInt32());
            words[i + 3] = new SixteenLanes(Avx512F.UnpackHigh(high01, high23).AsUInt32());
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SixteenLanes operator +(SixteenLanes left, SixteenLanes right) => new(left._value + right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SixteenLanes F(SixteenLanes b, SixteenLanes c, SixteenLanes d) => new(Vector512.ConditionalSelect(b._value, c._value, d._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SixteenLanes H(SixteenLanes b, SixteenLanes c, SixteenLanes d) => new(b._value ^ c._value ^ d._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SixteenLanes I(SixteenLanes b, SixteenLanes c, SixteenLanes d) => new(c._value ^ (b._value | ~d._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SixteenLanes RotateLeft(SixteenLanes value, [ConstantExpected] byte bits) => new(Avx512F.RotateLeft(value._value, bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<uint> Load(byte** blocks, int word) => Vector512.Create(
        Vector256.Create(Vector128.Load((uint*)blocks[0] + word), Vector128.Load((uint*)blocks[4] + word)),
        Vector256.Create(Vector128.Load((uint*)blocks[8] + word), Vector128.Load((uint*)blocks[12] + word)));
}
