using System.Buffers;
using System.Globalization;

namespace BleepStore.Storage;

/// <summary>
/// Names one blob for ever: node (4 bytes), boot (4 bytes) and sequence (8 bytes), written as 32 hex digits. Never reused.
/// </summary>
/// <param name="Value">The 16 bytes as a big-endian number: node in the top 32 bits, then boot, then sequence.</param>
public readonly record struct BlobId(UInt128 Value) : IComparable<BlobId>
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Length of the text form in characters.</summary>
    public const int TextLength = 32;

    /// <summary>An id from its three parts.</summary>
    public BlobId(uint node, uint boot, ulong sequence)
        : this(new UInt128(((ulong)node << 32) | boot, sequence))
    {
    }

    /// <summary>The number the store gave to the node that made the id; 0 embedded.</summary>
    public uint Node => (uint)(Value >> 96);

    /// <summary>Which start of that node made the id; never repeats, even when metadata or storage root was restored.</summary>
    public uint Boot => (uint)((Value >> 64) & uint.MaxValue);

    /// <summary>The count within the boot.</summary>
    public ulong Sequence => (ulong)(Value & ulong.MaxValue);

    /// <summary>Reads the text form; false when it is not exactly 32 lower-case hex digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out BlobId id)
    {
        id = default;
        if (text.Length != TextLength || text.ContainsAnyExcept(HexDigits))
        {
            return false;
        }

        id = new BlobId(UInt128.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(BlobId other) => Value.CompareTo(other.Value);

    /// <summary>The 32 lower-case hex digits.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>Orders by node, boot and sequence.</summary>
    public static bool operator <(BlobId left, BlobId right) => left.Value < right.Value;

    /// <summary>Orders by node, boot and sequence.</summary>
    public static bool operator >(BlobId left, BlobId right) => left.Value > right.Value;

    /// <summary>Orders by node, boot and sequence.</summary>
    public static bool operator <=(BlobId left, BlobId right) => left.Value <= right.Value;

    /// <summary>Orders by node, boot and sequence.</summary>
    public static bool operator >=(BlobId left, BlobId right) => left.Value >= right.Value;
}
