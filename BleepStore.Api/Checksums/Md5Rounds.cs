using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BleepStore.Api.Checksums;

/// <summary>The compression of MD5 (RFC 1321, section 3.4), written once for one message and for several at once.</summary>
internal static class Md5Rounds
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockBytes = 64;

    /// <summary>Words of a state.</summary>
    public const int StateWords = 4;

    /// <summary>The state before the first block.</summary>
    public static ReadOnlySpan<uint> InitialState => [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];

    // The integer part of 2^32 times the sine of 1 to 64.
    private static ReadOnlySpan<uint> Sines =>
    [
        0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
        0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
        0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
        0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
        0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
        0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
        0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
        0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
    ];

    /// <summary>Runs whole blocks into the states of as many messages as there are lanes.</summary>
    /// <param name="state">Word by word, of each the lanes in their order.</param>
    /// <param name="blocks">Where the next block of each message is; moved on.</param>
    /// <param name="count">Blocks of each message.</param>
    public static unsafe void Run<TLanes>(Span<uint> state, byte** blocks, int count)
        where TLanes : unmanaged, IMd5Lanes<TLanes>
    {
        var lanes = MemoryMarshal.Cast<uint, TLanes>(state)[..StateWords];
        Words<TLanes> words = default;
        var (a, b, c, d) = (lanes[0], lanes[1], lanes[2], lanes[3]);
        for (; count > 0; count--)
        {
            TLanes.Load(blocks, words);
            var (a0, b0, c0, d0) = (a, b, c, d);
            ref var first = ref Unsafe.As<Words<TLanes>, TLanes>(ref words);
            for (var i = 0; i < 16; i += 4)
            {
                a = Step(a, b, TLanes.F(b, c, d), ref first, i, i, 7);
                d = Step(d, a, TLanes.F(a, b, c), ref first, i + 1, i + 1, 12);
                c = Step(c, d, TLanes.F(d, a, b), ref first, i + 2, i + 2, 17);
                b = Step(b, c, TLanes.F(c, d, a), ref first, i + 3, i + 3, 22);
            }

            // The RFC's G is F with its arguments in another order.
            for (var i = 16; i < 32; i += 4)
            {
                a = Step(a, b, TLanes.F(d, b, c), ref first, (5 * i) + 1, i, 5);
                d = Step(d, a, TLanes.F(c, a, b), ref first, (5 * i) + 6, i + 1, 9);
                c = Step(c, d, TLanes.F(b, d, a), ref first, (5 * i) + 11, i + 2, 14);
                b = Step(b, c, TLanes.F(a, c, d), ref first, (5 * i) + 16, i + 3, 20);
            }

            for (var i = 32; i < 48; i += 4)
            {
                a = Step(a, b, TLanes.H(b, c, d), ref first, (3 * i) + 5, i, 4);
                d = Step(d, a, TLanes.H(a, b, c), ref first, (3 * i) + 8, i + 1, 11);
                c = Step(c, d, TLanes.H(d, a, b), ref first, (3 * i) + 11, i + 2, 16);
                b = Step(b, c, TLanes.H(c, d, a), ref first, (3 * i) + 14, i + 3, 23);
            }

            for (var i = 48; i < 64; i += 4)
            {
                a = Step(a, b, TLanes.I(b, c, d), ref first, 7 * i, i, 6);
                d = Step(d, a, TLanes.I(a, b, c), ref first, (7 * i) + 7, i + 1, 10);
                c = Step(c, d, TLanes.I(d, a, b), ref first, (7 * i) + 14, i + 2, 15);
                b = Step(b, c, TLanes.I(c, d, a), ref first, (7 * i) + 21, i + 3, 21);
            }

            (a, b, c, d) = (a + a0, b + b0, c + c0, d + d0);
            for (var lane = 0; lane < TLanes.Count; lane++)
            {
                blocks[lane] += BlockBytes;
            }
        }

        (lanes[0], lanes[1], lanes[2], lanes[3]) = (a, b, c, d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Step<TLanes>(TLanes a, TLanes b, TLanes mixed, ref TLanes words, int word, int sine, [ConstantExpected] byte bits)
        where TLanes : unmanaged, IMd5Lanes<TLanes>
    {
        // What is known long before comes first, so that only one addition waits for the step before.
        var known = a + (Unsafe.Add(ref words, word & 15) + TLanes.Create(Unsafe.Add(ref MemoryMarshal.GetReference(Sines), sine)));
        return b + TLanes.RotateLeft(known + mixed, bits);
    }

    /// <summary>The words of a block.</summary>
    [InlineArray(16)]
    private struct Words<TLanes>
    {
        private TLanes _first;
    }
}
