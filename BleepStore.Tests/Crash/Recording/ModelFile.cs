namespace BleepStore.Tests.Crash.Recording;

/// <summary>A file or directory of the model: what is durable of it, and what a loss of power may still take.</summary>
internal sealed class ModelFile(bool isDirectory, string path)
{
    public bool IsDirectory => isDirectory;

    /// <summary>The path it was made under.</summary>
    public string Path => path;

    /// <summary>Durable content of a file.</summary>
    public SparseBytes Bytes { get; } = new();

    /// <summary>Changes of the content that no finished sync covers, in order.</summary>
    public List<PendingChange> Pending { get; } = [];

    /// <summary>Durable names in a directory.</summary>
    public Dictionary<string, ModelFile> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>Names in a directory as the process sees them.</summary>
    public Dictionary<string, ModelFile> LiveNames { get; } = new(StringComparer.Ordinal);

    /// <summary>Makes what was changed before <paramref name="sequence"/> durable.</summary>
    public void SyncContent(long sequence)
    {
        var covered = Pending.TakeWhile(change => change.Sequence < sequence).Count();
        foreach (var (_, change) in Pending.Take(covered))
        {
            switch (change.Operation)
            {
                case TraceOperation.Write:
                    Bytes.Write(change.Offset, change.Data.Span);
                    break;
                case TraceOperation.Truncate:
                    Bytes.SetLength(change.Length);
                    break;
                case TraceOperation.Allocate:
                    Bytes.SetLength(Math.Max(Bytes.Length, change.Offset + change.Length));
                    break;
                default:
                    Bytes.Clear(change.Offset, change.Length);
                    break;
            }
        }

        Pending.RemoveRange(0, covered);
    }
}

/// <summary>A change of a file's content that is not durable yet.</summary>
/// <param name="Sequence">Place of the record in the trace.</param>
/// <param name="Change">The record.</param>
internal readonly record struct PendingChange(long Sequence, TraceRecord Change);

/// <summary>What a change of names does to one of them.</summary>
/// <param name="Directory">The directory.</param>
/// <param name="Name">The name.</param>
/// <param name="File">What it names from now on; null for nothing.</param>
internal readonly record struct NameEffect(ModelFile Directory, string Name, ModelFile? File);

/// <summary>A change of names, atomic as on every journalling file system, that is not durable yet.</summary>
/// <param name="Sequence">Place of the record in the trace.</param>
/// <param name="Effects">One, or two of a rename.</param>
internal sealed record PendingNames(long Sequence, List<NameEffect> Effects);
