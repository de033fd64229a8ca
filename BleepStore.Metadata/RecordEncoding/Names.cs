using System.Text;

namespace BleepStore.Metadata.RecordEncoding;

/// <summary>Shares one string between records that say the same few things: backends, storage classes, content types, owners.</summary>
internal static class Names
{
    private const int Slots = 256;

    /// <summary>Longer texts are not kept.</summary>
    private const int LongestBytes = 256;

    private static readonly string?[] Recent = new string?[Slots];

    /// <summary>The text of UTF-8 bytes; the one seen last in its slot where it is the same. Races only cost a copy.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return "";
        }

        if (bytes.Length > LongestBytes)
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var hash = new HashCode();
        hash.AddBytes(bytes);
        ref var slot = ref Recent[hash.ToHashCode() & (Slots - 1)];
        var known = Volatile.Read(ref slot);
        if (known is not null && Ascii.Equals(bytes, known))
        {
            return known;
        }

        var text = Encoding.UTF8.GetString(bytes);
        Volatile.Write(ref slot, text);
        return text;
    }
}
