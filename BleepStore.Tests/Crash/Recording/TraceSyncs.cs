namespace BleepStore.Tests.Crash.Recording;

/// <summary>One sync of a trace.</summary>
/// <param name="Begin">Index of the record of its beginning.</param>
/// <param name="End">Index of that of its end; null where the process died before.</param>
/// <param name="Path">Path that the file or directory was made under.</param>
/// <param name="IsDirectory">True of a directory.</param>
internal readonly record struct TraceSync(int Begin, int? End, string Path, bool IsDirectory);

/// <summary>What a trace says by inode, by path.</summary>
internal sealed class TraceSyncs
{
    private readonly List<TraceRecord> _trace;
    private readonly string[] _paths;

    public TraceSyncs(List<TraceRecord> trace)
    {
        _trace = trace;
        _paths = new string[trace.Count];
        var files = new Dictionary<ulong, (string Path, bool IsDirectory)>();
        var open = new Dictionary<ulong, int>();
        for (var index = 0; index < trace.Count; index++)
        {
            var record = trace[index];
            switch (record.Operation)
            {
                case TraceOperation.Start:
                    files[record.Inode] = ("", true);
                    open.Clear();
                    break;
                case TraceOperation.Create or TraceOperation.MakeDirectory:
                    files[record.Inode] = (record.Path, record.Operation == TraceOperation.MakeDirectory);
                    break;
                case TraceOperation.SyncBegin:
                    open[record.Number] = All.Count;
                    All.Add(new TraceSync(index, End: null, files[record.Inode].Path, files[record.Inode].IsDirectory));
                    break;
                case TraceOperation.SyncEnd when open.TryGetValue(record.Number, out var begun):
                    All[begun] = All[begun] with { End = index };
                    break;
            }

            _paths[index] = record.Path.Length > 0 ? record.Path : files.GetValueOrDefault(record.Inode).Path ?? "";
        }
    }

    /// <summary>All syncs in the order of their beginning.</summary>
    public List<TraceSync> All { get; } = [];

    /// <summary>The path that the file of a record was made under, or the path that the record itself names.</summary>
    public string PathAt(int index) => _paths[index];

    /// <summary>The trace without some of its syncs.</summary>
    public List<TraceRecord> Without(IEnumerable<TraceSync> syncs)
    {
        var gone = syncs.SelectMany(sync => new[] { sync.Begin, sync.End ?? sync.Begin }).ToHashSet();
        return [.. _trace.Where((_, index) => !gone.Contains(index))];
    }
}
