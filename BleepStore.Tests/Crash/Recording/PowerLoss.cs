namespace BleepStore.Tests.Crash.Recording;

/// <summary>What a loss of power leaves of changes of names that no sync made durable.</summary>
internal enum NameSurvival
{
    None,
    All,

    /// <summary>All up to a moment, as a journal does.</summary>
    Prefix,

    /// <summary>Any of them, as POSIX allows.</summary>
    Subset,
}

/// <summary>What a loss of power leaves of changes of contents that no sync made durable.</summary>
internal enum ContentSurvival
{
    None,
    All,

    /// <summary>The new size alone, over zeros: blocks that were allocated and never written.</summary>
    SizeOnly,

    /// <summary>Of each file all changes up to one.</summary>
    Prefix,

    /// <summary>Of each sector all writes up to one, whatever came of its neighbours: writes torn and reordered.</summary>
    Sectors,
}

/// <summary>
/// One legal state of the disk after a loss of power. A sector is written whole; of several writes to one sector the disk holds those up to some
/// moment, as the cache held them then.
/// </summary>
internal sealed class PowerLoss(NameSurvival names, ContentSurvival contents, int seed)
{
    private const int SectorSize = 512;

    private readonly Random _random = new(seed);
    private readonly double _chance = (seed & 3) switch { 0 => 0.1, 1 => 0.5, 2 => 0.9, _ => 0.98 };

    /// <summary>Kinds and chances by a seed.</summary>
    public static PowerLoss Of(int seed)
    {
        var random = new Random(seed);
        var names = random.Next(10) switch { < 3 => NameSurvival.None, < 4 => NameSurvival.All, < 6 => NameSurvival.Prefix, _ => NameSurvival.Subset };
        var contents = random.Next(10) switch
        {
            < 2 => ContentSurvival.None,
            < 3 => ContentSurvival.All,
            < 5 => ContentSurvival.SizeOnly,
            < 7 => ContentSurvival.Prefix,
            _ => ContentSurvival.Sectors,
        };
        return new PowerLoss(names, contents, random.Next());
    }

    public override string ToString() => $"names {names}, contents {contents}";

    /// <summary>Writes the state into an existing, empty directory.</summary>
    public void SaveTo(string directory, CrashModel model)
    {
        var trees = new Dictionary<ModelFile, Dictionary<string, ModelFile>>();
        foreach (var (on, name, file) in Survivors(model).SelectMany(change => change.Effects))
        {
            if (!trees.TryGetValue(on, out var tree))
            {
                trees[on] = tree = new Dictionary<string, ModelFile>(on.Names, StringComparer.Ordinal);
            }

            if (file is null)
            {
                tree.Remove(name);
            }
            else
            {
                tree[name] = file;
            }
        }

        Save(directory, model.Root, trees, []);
    }

    private void Save(
        string path, ModelFile directory, Dictionary<ModelFile, Dictionary<string, ModelFile>> trees, Dictionary<ModelFile, SparseBytes> contentsOf)
    {
        foreach (var (name, file) in trees.GetValueOrDefault(directory, directory.Names))
        {
            var target = Path.Combine(path, name);
            if (file.IsDirectory)
            {
                Directory.CreateDirectory(target);
                Save(target, file, trees, contentsOf);
                continue;
            }

            // A file of two names has one content.
            if (!contentsOf.TryGetValue(file, out var bytes))
            {
                contentsOf[file] = bytes = file.Pending.Count == 0 ? file.Bytes : Survivor(file);
            }

            bytes.SaveTo(target);
        }
    }

    private IEnumerable<PendingNames> Survivors(CrashModel model)
    {
        var pending = model.PendingNames;
        var until = names == NameSurvival.Prefix && pending.Count > 0 ? pending[_random.Next(pending.Count)].Sequence : -1;
        return names switch
        {
            NameSurvival.None => [],
            NameSurvival.All => pending,
            NameSurvival.Prefix => pending.Where(change => change.Sequence <= Math.Max(until, model.LastDurableNames)),
            _ => pending.Where(_ => _random.NextDouble() < _chance),
        };
    }

    private SparseBytes Survivor(ModelFile file)
    {
        var bytes = file.Bytes.Copy();
        var sizes = new List<long> { bytes.Length };
        var lost = new HashSet<long>();
        var count = contents switch
        {
            ContentSurvival.None => 0,
            ContentSurvival.Prefix => _random.Next(file.Pending.Count + 1),
            _ => file.Pending.Count,
        };
        foreach (var (_, change) in file.Pending.Take(count))
        {
            switch (change.Operation)
            {
                case TraceOperation.Write:
                    Write(bytes, change, lost);
                    Grow(sizes, change.Offset + change.Data.Length);
                    break;
                case TraceOperation.Allocate:
                    Grow(sizes, change.Offset + change.Length);
                    break;
                case TraceOperation.Truncate when change.Length > sizes[^1]:
                    sizes.Add(change.Length);
                    break;
                // Blocks were freed: what was written to this file later went to others, and is not there where the freeing is not.
                case TraceOperation.Truncate or TraceOperation.Punch when !KeepsShape():
                    return Sized(bytes, sizes);
                case TraceOperation.Truncate:
                    bytes.SetLength(change.Length);
                    sizes = [change.Length];
                    lost.RemoveWhere(sector => sector * SectorSize >= change.Length);
                    break;
                default:
                    bytes.Clear(change.Offset, change.Length);
                    break;
            }
        }

        return Sized(bytes, sizes);
    }

    private SparseBytes Sized(SparseBytes bytes, List<long> sizes)
    {
        bytes.SetLength(contents == ContentSurvival.Sectors ? sizes[_random.Next(2) == 0 ? ^1 : _random.Next(sizes.Count)] : sizes[^1]);
        return bytes;
    }

    private void Write(SparseBytes bytes, TraceRecord write, HashSet<long> lost)
    {
        if (contents is ContentSurvival.All or ContentSurvival.Prefix)
        {
            bytes.Write(write.Offset, write.Data.Span);
            return;
        }

        for (var at = 0; at < write.Data.Length;)
        {
            var offset = write.Offset + at;
            var some = (int)Math.Min(write.Data.Length - at, SectorSize - (offset % SectorSize));
            var sector = offset / SectorSize;
            if (!lost.Contains(sector) && (Chance() || !lost.Add(sector)))
            {
                bytes.Write(offset, write.Data.Span.Slice(at, some));
            }

            at += some;
        }
    }

    private bool Chance() => contents switch
    {
        ContentSurvival.All => true,
        ContentSurvival.Sectors => _random.NextDouble() < _chance,
        _ => false,
    };

    private bool KeepsShape() => contents switch
    {
        ContentSurvival.SizeOnly => _random.Next(2) == 0,
        ContentSurvival.Sectors => Chance(),
        _ => true,
    };

    private static void Grow(List<long> sizes, long size)
    {
        if (size > sizes[^1])
        {
            sizes.Add(size);
        }
    }
}
