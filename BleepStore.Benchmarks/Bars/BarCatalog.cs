namespace BleepStore.Benchmarks.Bars;

/// <summary>All bars, in the order in which they are measured.</summary>
internal static class BarCatalog
{
    public static IReadOnlyList<BarGroup> Groups { get; } =
        [ProcessBars.First, .. ReadBars.Groups, .. WriteBars.Groups, .. DeleteBars.Groups, .. ListBars.Groups, .. MultipartBars.Groups, AgedBars.Group, ProcessBars.Last];

    /// <summary>Those that were asked for, else all that do not take long.</summary>
    public static IReadOnlyList<BarGroup> Select(IReadOnlyCollection<string> names)
        => [.. Groups.Where(group => names.Count == 0 ? !group.IsLong : names.Contains(group.Name))];
}
