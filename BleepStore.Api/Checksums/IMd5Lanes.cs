using System.Diagnostics.CodeAnalysis;

namespace BleepStore.Api.Checksums;

/// <summary>As many 32-bit words as MD5s are computed at once: one in a register, or eight or sixteen in a vector. Names as in RFC 1321.</summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
internal interface IMd5Lanes<TSelf>
    where TSelf : unmanaged, IMd5Lanes<TSelf>
{
    /// <summary>How many words.</summary>
    static abstract int Count { get; }

    /// <summary>With fewer messages than these, one after another is faster.</summary>
    static abstract int LeastWorthwhile { get; }

    /// <summary>The same word in all lanes.</summary>
    static abstract TSelf Create(uint value);

    /// <summary>Reads the sixteen words of one block from each of <see cref="Count"/> messages.</summary>
    /// <param name="blocks">Where the block of each message is.</param>
    /// <param name="words">Takes sixteen.</param>
    static abstract unsafe void Load(byte** blocks, Span<TSelf> words);

    /// <summary>Modulo 2^32.</summary>
    static abstract TSelf operator +(TSelf left, TSelf right);

    /// <summary>Where a bit of <paramref name="b"/> is set that of <paramref name="c"/>, else that of <paramref name="d"/>.</summary>
    static abstract TSelf F(TSelf b, TSelf c, TSelf d);

    /// <summary>The parity of the bits.</summary>
    static abstract TSelf H(TSelf b, TSelf c, TSelf d);

    /// <summary><paramref name="c"/>, turned round where <paramref name="b"/> has a bit or <paramref name="d"/> has none.</summary>
    static abstract TSelf I(TSelf b, TSelf c, TSelf d);

    /// <summary>Rotates each word.</summary>
    static abstract TSelf RotateLeft(TSelf value, [ConstantExpected] byte bits);
}
