namespace BleepStore.Tests.Crash.Recording;

/// <summary>
/// A file system that takes the records of a trace one by one and knows, at every moment, what a loss of power cannot take and what it may.
/// </summary>
/// <remarks>
/// Stricter than any one file system, so that the store relies on nothing that only one of them gives. Content is durable once a sync of that file,
/// begun after the change, has ended; fdatasync covers the size. A name is durable once its directory was synced so: a sync of the new file does
/// not do it. A rename is atomic.
/// </remarks>
internal sealed class CrashModel
{
    private readonly Dictionary<ulong, ModelFile> _files = [];
    private readonly Dictionary<ulong, (ModelFile File, long Sequence)> _syncs = [];
    private readonly List<PendingNames> _pendingNames = [];
    private long _sequence;

    public ModelFile Root { get; } = new(isDirectory: true, path: "");

    /// <summary>Changes of names that are not durable, in order.</summary>
    public IReadOnlyList<PendingNames> PendingNames => _pendingNames;

    /// <summary>The latest change of names that is durable: a journal holds all before it.</summary>
    public long LastDurableNames { get; private set; } = -1;

    public void Apply(TraceRecord record)
    {
        var sequence = _sequence++;
        switch (record.Operation)
        {
            case TraceOperation.Start:
                _files[record.Inode] = Root;
                _syncs.Clear();
                break;
            case TraceOperation.Durable:
                SyncAll();
                break;
            case TraceOperation.Create or TraceOperation.MakeDirectory:
                var made = new ModelFile(record.Operation == TraceOperation.MakeDirectory, record.Path);
                _files[record.Inode] = made;
                ChangeNames(sequence, Effect(record.Path, made));
                break;
            case TraceOperation.Write or TraceOperation.Truncate or TraceOperation.Allocate or TraceOperation.Punch:
                File(record).Pending.Add(new PendingChange(sequence, record));
                break;
            case TraceOperation.SyncBegin:
                _syncs[record.Number] = (File(record), sequence);
                break;
            case TraceOperation.SyncEnd:
                if (_syncs.Remove(record.Number, out var sync))
                {
                    Sync(sync.File, sync.Sequence);
                }

                break;
            case TraceOperation.Rename:
                ChangeNames(sequence, Effect(record.Path, file: null), Effect(record.Other, Find(record.Path)));
                break;
            case TraceOperation.Link:
                ChangeNames(sequence, Effect(record.Other, Find(record.Path)));
                break;
            case TraceOperation.Unlink or TraceOperation.RemoveDirectory:
                ChangeNames(sequence, Effect(record.Path, file: null));
                break;
            default:
                throw new InvalidDataException($"The model has no rule for {record.Path} {record.Other} of file {_files.GetValueOrDefault(record.Inode)?.Path}.");
        }
    }

    private void ChangeNames(long sequence, params List<NameEffect> effects)
    {
        foreach (var (directory, name, file) in effects)
        {
            Set(directory.LiveNames, name, file);
        }

        _pendingNames.Add(new PendingNames(sequence, effects));
    }

    private void Sync(ModelFile file, long sequence)
    {
        if (!file.IsDirectory)
        {
            file.SyncContent(sequence);
            return;
        }

        foreach (var change in _pendingNames.TakeWhile(change => change.Sequence < sequence).ToList())
        {
            if (change.Effects.Exists(effect => effect.Directory == file))
            {
                MakeDurable(change);
            }
        }
    }

    private void MakeDurable(PendingNames change)
    {
        foreach (var (directory, name, file) in change.Effects)
        {
            Set(directory.Names, name, file);
            // What happened to the same name before is overtaken, also where another directory's sync made this durable.
            foreach (var earlier in _pendingNames.TakeWhile(earlier => earlier != change))
            {
                earlier.Effects.RemoveAll(effect => effect.Directory == directory && effect.Name == name);
            }
        }

        LastDurableNames = Math.Max(LastDurableNames, change.Sequence);
        _pendingNames.Remove(change);
        _pendingNames.RemoveAll(earlier => earlier.Effects.Count == 0);
    }

    private void SyncAll()
    {
        foreach (var file in _files.Values)
        {
            file.SyncContent(_sequence);
        }

        foreach (var change in _pendingNames.ToList())
        {
            MakeDurable(change);
        }
    }

    private ModelFile File(TraceRecord record)
        => _files.GetValueOrDefault(record.Inode) ?? throw new InvalidDataException($"{record.Operation} of a file whose making was not recorded.");

    private ModelFile Find(string path)
        => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate(Root, (directory, name) => directory.LiveNames.GetValueOrDefault(name)
            ?? throw new InvalidDataException($"{path} was not made before it was used."));

    private NameEffect Effect(string path, ModelFile? file)
    {
        var slash = path.LastIndexOf('/');
        return new NameEffect(slash < 0 ? Root : Find(path[..slash]), path[(slash + 1)..], file);
    }

    private static void Set(Dictionary<string, ModelFile> names, string name, ModelFile? file)
    {
        if (file is null)
        {
            names.Remove(name);
        }
        else
        {
            names[name] = file;
        }
    }
}
