using System.Globalization;

namespace BleepStore.Storage.Local.Packs;

/// <summary>
/// Where a blob was put: the number of its pack and its home, the offset it was first written at. It names the blob for ever, also after the
/// pack was compacted.
/// </summary>
internal readonly record struct PackLocator(ulong Pack, long Home)
{
    /// <summary>Reads the text form, pack and home in hexadecimal with a point between; false when it is not exactly that.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PackLocator locator)
    {
        locator = default;
        int point = text.IndexOf('.');
        if (point < 0
            || !ulong.TryParse(text[..point], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong pack)
            || !long.TryParse(text[(point + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long home))
        {
            return false;
        }

        locator = new PackLocator(pack, home);
        return PackLayout.CanBeEntry(home);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Pack:x}.{Home:x}");
}
