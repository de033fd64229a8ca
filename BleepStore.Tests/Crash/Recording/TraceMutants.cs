using System.Buffers.Binary;
using BleepStore.Storage;

namespace BleepStore.Tests.Crash.Recording;

/// <summary>
/// Turns the trace of a correct server into that of a broken one. What was synced, and in which order, is all that a loss of power can tell
/// between them: leaving syncs out, or moving them, is the broken server.
/// </summary>
internal static class TraceMutants
{
    private const string Journal = ".db-wal";
    private const string Database = ".db";

    /// <summary>Those syncs do nothing.</summary>
    public static List<TraceRecord> WithoutSyncs(List<TraceRecord> trace, Func<TraceSync, bool> matches)
    {
        var syncs = new TraceSyncs(trace);
        return syncs.Without(syncs.All.Where(matches));
    }

    /// <summary>Syncs of those directories do nothing where nothing but removals came before them.</summary>
    public static List<TraceRecord> WithoutSyncsOfDeletes(List<TraceRecord> trace, Func<string, bool> matches)
    {
        var syncs = new TraceSyncs(trace);
        var removed = new HashSet<string>();
        var begins = syncs.All.Where(sync => sync.IsDirectory && matches(sync.Path)).ToDictionary(sync => sync.Begin);
        var useless = new List<TraceSync>();
        for (var index = 0; index < trace.Count; index++)
        {
            var record = trace[index];
            if (record.Operation == TraceOperation.Unlink)
            {
                removed.Add(Path.GetDirectoryName(record.Path)!);
            }
            else if (record.Operation == TraceOperation.Rename)
            {
                removed.Remove(Path.GetDirectoryName(record.Other)!);
            }
            else if (begins.TryGetValue(index, out var sync) && removed.Contains(sync.Path))
            {
                useless.Add(sync);
            }
        }

        return syncs.Without(useless);
    }

    /// <summary>
    /// <c>synchronous=NORMAL</c>: SQLite then syncs its journal only before it folds it into the database, and after the header that begins it anew.
    /// </summary>
    public static List<TraceRecord> SynchronousNormal(List<TraceRecord> trace)
    {
        var syncs = new TraceSyncs(trace);
        var journal = syncs.All.Where(sync => sync.Path.EndsWith(Journal, StringComparison.Ordinal)).ToList();
        var begins = journal.ToDictionary(sync => sync.Begin);
        var kept = new HashSet<TraceSync>();
        TraceSync? latest = null;
        var isHeader = false;
        for (var index = 0; index < trace.Count; index++)
        {
            var isWrite = trace[index].Operation == TraceOperation.Write;
            if (isWrite && syncs.PathAt(index).EndsWith(Journal, StringComparison.Ordinal))
            {
                (latest, isHeader) = (null, trace[index].Offset == 0);
            }
            else if (begins.TryGetValue(index, out var sync))
            {
                latest = sync;
                if (isHeader)
                {
                    kept.Add(sync);
                }
            }
            else if (isWrite && latest is { } folding && syncs.PathAt(index).EndsWith(Database, StringComparison.Ordinal))
            {
                kept.Add(folding);
            }
        }

        return syncs.Without(journal.Except(kept));
    }

    /// <summary>
    /// The command before the blob: the server commits the row that names a blob and only then syncs the blob's bytes and its name. Each such sync is
    /// moved behind that of the journal that made the row durable; the answer comes after both, as it did.
    /// </summary>
    /// <param name="trace">The trace of the correct server.</param>
    /// <param name="isBlobPath">Where blobs are.</param>
    public static List<TraceRecord> CommandBeforeBlob(List<TraceRecord> trace, Func<string, bool> isBlobPath)
    {
        var syncs = new TraceSyncs(trace);
        var moved = new SortedDictionary<int, List<int>>();
        foreach (var sync in syncs.All.Where(sync => isBlobPath(sync.Path)))
        {
            // A sync that covers several blobs is behind the last of their commits.
            var commits = BlobsOf(trace, sync).Select(blob => FindCommit(trace, syncs, blob, sync)).ToList();
            if (sync.End is { } end && commits.Count > 0 && commits.Max() is { } commit)
            {
                moved.TryAdd(commit, []);
                moved[commit].AddRange([sync.Begin, end]);
            }
        }

        var gone = moved.Values.SelectMany(indices => indices).ToHashSet();
        var result = new List<TraceRecord>(trace.Count);
        for (var index = 0; index < trace.Count; index++)
        {
            if (gone.Contains(index))
            {
                continue;
            }

            var late = moved.GetValueOrDefault(index, []);
            // An answer after the commit came after these too.
            var end = trace[index].End;
            result.Add(late.Count == 0 ? trace[index] : trace[index] with { End = end - 1 });
            result.AddRange(late.Select((from, place) => trace[from] with { End = place == late.Count - 1 ? end : end - 1 }));
        }

        return result;
    }

    /// <summary>The blobs whose bytes or names a sync makes durable.</summary>
    private static List<BlobId> BlobsOf(List<TraceRecord> trace, TraceSync sync)
    {
        if (!sync.IsDirectory)
        {
            return BlobId.TryParse(Path.GetFileName(sync.Path), out var own) ? [own] : [];
        }

        var named = new List<BlobId>();
        for (var index = sync.Begin - 1; index >= 0; index--)
        {
            var record = trace[index];
            if (record.Operation == TraceOperation.SyncBegin && record.Inode == trace[sync.Begin].Inode)
            {
                break;
            }

            if (record.Operation == TraceOperation.Rename && Path.GetDirectoryName(record.Other) == sync.Path
                && BlobId.TryParse(Path.GetFileName(record.Other), out var blob))
            {
                named.Add(blob);
            }
        }

        return named;
    }

    /// <summary>Where the sync of the journal ended that made the first row with that blob's id durable; null where none did.</summary>
    private static int? FindCommit(List<TraceRecord> trace, TraceSyncs syncs, BlobId blob, TraceSync after)
    {
        var id = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(id, blob.Value);
        var written = after.Begin;
        while (written < trace.Count
            && !(trace[written].Operation == TraceOperation.Write
                && syncs.PathAt(written).EndsWith(Journal, StringComparison.Ordinal)
                && trace[written].Data.Span.IndexOf(id) >= 0))
        {
            written++;
        }

        return syncs.All.Find(sync => sync.Begin > written && sync.End is not null && sync.Path.EndsWith(Journal, StringComparison.Ordinal)).End;
    }
}
