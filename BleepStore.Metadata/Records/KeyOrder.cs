namespace BleepStore.Metadata.Records;

/// <summary>The order of keys: that of their UTF-8 bytes, which differs from UTF-16's where surrogates meet U+E000 and above.</summary>
public sealed class KeyOrder : IComparer<string>
{
    public static readonly KeyOrder Instance = new();

    private KeyOrder()
    {
    }

    /// <inheritdoc/>
    public int Compare(string? x, string? y) => Compare(x.AsSpan(), y.AsSpan());

    /// <summary>
    /// Negative, zero or positive as the UTF-8 bytes of <paramref name="x"/> sort before, with or after those of <paramref name="y"/>.
    /// </summary>
    public static int Compare(ReadOnlySpan<char> x, ReadOnlySpan<char> y)
    {
        var common = x.CommonPrefixLength(y);
        if (common == x.Length || common == y.Length)
        {
            return x.Length - y.Length;
        }

        // Surrogates stand for code points above U+FFFF and so sort after every other UTF-16 unit.
        var (a, b) = (x[common], y[common]);
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a - b : char.IsSurrogate(a) ? 1 : -1;
    }
}
