namespace BleepStore.Api.Configuration;

/// <summary>Finds the name that a user who mistyped probably meant.</summary>
internal static class NearestName
{
    private const int MaxEdits = 3;

    /// <summary>"; did you mean X?", or "." when no name is near.</summary>
    public static string Suggestion(string written, IEnumerable<string> names)
    {
        string? nearest = null;
        var best = Math.Min(MaxEdits, written.Length / 3) + 1;
        foreach (var name in names)
        {
            var edits = SameLastPart(written, name) ? 1 : Edits(written, name);
            if (edits < best)
            {
                best = edits;
                nearest = name;
            }
        }

        return nearest is null ? "." : $"; did you mean {nearest.Replace(".*", "[]", StringComparison.Ordinal)}?";
    }

    // A right key in the wrong section is as near as one wrong letter; "enabled" could stand in any.
    private static bool SameLastPart(string written, string name)
        => name.Split('.')[^1] is { Length: > 4 } last and not "enabled" && written.Split('.')[^1] == last;

    private static int Edits(string from, string to)
    {
        var previous = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var current = new int[to.Length + 1];
            current[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = previous[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                current[j] = Math.Min(replaced, Math.Min(previous[j], current[j - 1]) + 1);
            }

            previous = current;
        }

        return previous[^1];
    }
}
