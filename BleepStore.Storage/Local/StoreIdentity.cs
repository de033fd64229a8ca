using System.Text.Json;

namespace BleepStore.Storage.Local;

/// <summary>
/// What <c>store.json</c> holds: which store a storage root belongs to, and the highest boot that may have written there.
/// </summary>
internal sealed record StoreIdentity(string StoreId, uint HighestBoot)
{
    public const int StoreIdLength = 32;

    private const int Format = 1;
    private const string FormatName = "format";
    private const string StoreIdName = "storeId";
    private const string HighestBootName = "highestBoot";

    public static bool IsStoreId(string text) =>
        text.Length == StoreIdLength && text.All(static c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f'));

    /// <summary>Reads the file's text.</summary>
    /// <exception cref="InvalidDataException">The bytes are not what <see cref="ToBytes"/> wrote.</exception>
    public static StoreIdentity Parse(ReadOnlyMemory<byte> bytes, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            if (root.GetProperty(FormatName).GetInt32() != Format)
            {
                throw new InvalidDataException($"{path} was written by a newer release.");
            }

            string storeId = root.GetProperty(StoreIdName).GetString() ?? "";
            return IsStoreId(storeId)
                ? new StoreIdentity(storeId, root.GetProperty(HighestBootName).GetUInt32())
                : throw new InvalidDataException($"{path} is damaged: its store id is not 32 hex digits.");
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{path} is damaged: {exception.Message}", exception);
        }
    }

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            writer.WriteNumber(FormatName, Format);
            writer.WriteString(StoreIdName, StoreId);
            writer.WriteNumber(HighestBootName, HighestBoot);
            writer.WriteEndObject();
        }

        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }
}

/// <summary>A storage root belongs to another store: its blobs are not those the metadata speaks of.</summary>
/// <param name="root">The storage root.</param>
/// <param name="storeId">The store id it carries.</param>
/// <param name="expected">The store id of the metadata.</param>
public sealed class ForeignStoreException(string root, string storeId, string expected)
    : IOException($"The storage root {root} belongs to store {storeId}, the metadata to store {expected}. One of the two paths is wrong.")
{
    /// <summary>The store id that the root carries.</summary>
    public string StoreId { get; } = storeId;
}
