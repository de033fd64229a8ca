using System.Globalization;
using System.Text.Json;
using BleepStore.Tests.Aws;

namespace BleepStore.Tests.Clients.Cli;

/// <summary>Compares what the CLI printed with what a story expects: the same fields, neither fewer nor more.</summary>
internal static class CliJson
{
    // Newer releases of the CLI show more of an answer than the ones that stories are written for.
    private static readonly HashSet<string> NewerFields = new(StringComparer.Ordinal)
    {
        "ChecksumType", "ChecksumCRC64NVME", "BucketArn", "BucketRegion", "TransitionDefaultMinimumObjectSize", "BlockedEncryptionTypes",
    };

    /// <summary>The first difference, or null; captures what the story names.</summary>
    public static string? FindDifference(string expected, string actual, DocumentedValues values)
    {
        using var wanted = JsonDocument.Parse(expected);
        try
        {
            using var seen = JsonDocument.Parse(actual);
            return Find(wanted.RootElement, seen.RootElement, "", values);
        }
        catch (JsonException)
        {
            return "the answer is no JSON";
        }
    }

    private static string? Find(JsonElement expected, JsonElement actual, string path, DocumentedValues values)
    {
        var where = path.Length == 0 ? "the answer" : path;
        if (expected.ValueKind == JsonValueKind.String && expected.GetString() == "{*}")
            return null;
        if (expected.ValueKind != actual.ValueKind)
            return $"{where} is {actual.ValueKind}, not {expected.ValueKind}";
        return expected.ValueKind switch
        {
            JsonValueKind.Object => FindInObject(expected, actual, path, values),
            JsonValueKind.Array => FindInArray(expected, actual, path, values),
            JsonValueKind.String => values.Matches(expected.GetString()!, actual.GetString()!, [])
                ? null
                : $"{where} is {actual.GetString()}, not {values.Expand(expected.GetString()!, [])}",
            _ => expected.GetRawText() == actual.GetRawText() ? null : $"{where} is {actual.GetRawText()}, not {expected.GetRawText()}",
        };
    }

    private static string? FindInObject(JsonElement expected, JsonElement actual, string path, DocumentedValues values)
    {
        foreach (var property in expected.EnumerateObject())
        {
            if (!actual.TryGetProperty(property.Name, out var value))
                return $"{path}.{property.Name} is not there";
            if (Find(property.Value, value, $"{path}.{property.Name}", values) is { } difference)
                return difference;
        }

        var more = actual.EnumerateObject().FirstOrDefault(property => !expected.TryGetProperty(property.Name, out _) && !NewerFields.Contains(property.Name));
        return more.Value.ValueKind == JsonValueKind.Undefined ? null : $"{path}.{more.Name} is there: {more.Value.GetRawText()}";
    }

    private static string? FindInArray(JsonElement expected, JsonElement actual, string path, DocumentedValues values)
    {
        if (expected.GetArrayLength() != actual.GetArrayLength())
            return string.Create(CultureInfo.InvariantCulture, $"{path} has {actual.GetArrayLength()} elements, not {expected.GetArrayLength()}");
        return expected.EnumerateArray()
            .Zip(actual.EnumerateArray())
            .Select((pair, index) => Find(pair.First, pair.Second, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"), values))
            .FirstOrDefault(difference => difference is not null);
    }
}
