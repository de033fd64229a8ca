using System.Buffers.Binary;
using System.Globalization;

namespace BleepStore.Metadata.Records;

/// <summary>
/// The version ids that the store gives: opaque to clients, unlike any other, newest first when sorted, and still telling where a version stood
/// when it is gone.
/// </summary>
public static class VersionIds
{
    private const int OrderDigits = 16;
    private const int Length = 32;

    // An order begins with the time it was given at, by whatever clock the machine had.
    private static readonly long Earliest = DateTime.UnixEpoch.Ticks;
    private static readonly long Latest = new DateTime(2200, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    /// <summary>The id of a version: the complement of its order and the salt of the command that made it, in hex.</summary>
    public static string Of(long order, long salt) => Convert.ToHexStringLower(Bytes(order, salt));

    /// <summary>The order of the version that an id of the store names or named; null for an id from elsewhere.</summary>
    public static long? FindOrder(string versionId)
        => versionId.Length == Length
            && ulong.TryParse(versionId.AsSpan(0, OrderDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var complement)
                ? ~(long)complement
                : null;

    /// <summary>True for what this store may have given, whether or not it did: what others made up is none of its ids.</summary>
    public static bool CouldBeGiven(string versionId)
        => versionId.Length == Length
            && versionId.All(char.IsAsciiHexDigitLower)
            && FindOrder(versionId) is { } order
            && order >= Earliest && order < Latest;

    private static byte[] Bytes(long order, long salt)
    {
        var bytes = new byte[Length / 2];
        BinaryPrimitives.WriteInt64BigEndian(bytes, ~order);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(sizeof(long)), salt);
        return bytes;
    }
}
