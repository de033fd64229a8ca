using BleepStore.Storage.FileSystem;

namespace BleepStore.Storage.Local.Packs;

/// <summary>
/// Deletes blobs of one pack, as many as wait at once: marks each dead in place, gives its pages back, and makes all of it durable by one
/// sync. Works on a full disk, for it only writes over what is there.
/// </summary>
internal sealed class PackDeleter(Pack pack, PackDirectory directory)
{
    public void Delete(List<PackDeletion> group)
    {
        try
        {
            lock (pack.Changes)
            {
                using var file = pack.Lease();
                if (file is not null)
                {
                    Delete(file, group);
                }
            }
        }
#pragma warning disable CA1031 // Whatever it was belongs to those who wait.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            group.ForEach(deletion => deletion.TrySetException(exception));
        }

        group.ForEach(static deletion => deletion.TrySetResult());
    }

    private void Delete(PackFile file, List<PackDeletion> group)
    {
        if (file.Header is not { } header)
        {
            throw new BlobCorruptException(group[0].Id, $"the header of {pack.Path} is damaged or of another pack");
        }

        var table = pack.TableOf(file);
        using var writable = directory.FileSystem.OpenFile(pack.Path, writable: true);
        if (writable is null)
        {
            return;
        }

        var marked = new List<(int Index, bool IsFreed)>(group.Count);
        bool hasMended = false;
        foreach (var deletion in group)
        {
            try
            {
                hasMended |= pack.Locate(file, deletion.Home) is long at && Mark(writable, header, table, deletion, at, marked);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                deletion.SetException(exception);
            }
        }

        directory.CrashPoints.Hit(BlobCrashPoints.PackMarked);
        writable.Sync();
        directory.CrashPoints.Hit(BlobCrashPoints.PackDeleted);
        marked.ForEach(entry => table.MarkDead(entry.Index, entry.IsFreed));
        if (hasMended && !pack.IsActive)
        {
            // Another look at the pack may find no damage any more.
            directory.FileSystem.TryDelete(pack.TablePath);
            file.Table = null;
            table = pack.TableOf(file);
        }
        else if (!pack.IsActive)
        {
            PackTableFile.MarkDead(directory.FileSystem, pack.TablePath, table.Count, marked.ConvertAll(static entry => entry.Index));
        }

        pack.Usage = table.Measure(directory.CanPunch);
        pack.RemoveIfEmpty();
    }

    /// <summary>Marks one entry dead; true when damage went by it.</summary>
    private bool Mark(IStorageFile writable, PackHeader pack, PackTable table, PackDeletion deletion, long at, List<(int, bool)> marked)
    {
        Span<byte> bytes = stackalloc byte[PackLayout.HeaderSize];
        int read = writable.Read(bytes, at);
        if (!PackEntryHeader.TryParse(bytes[..read], pack.Id, at, out var entry))
        {
            return Mend(writable, pack, table, deletion, at, marked);
        }

        if (entry.Id != deletion.Id)
        {
            return false;
        }

        if (entry.State != PackEntryState.Dead)
        {
            writable.Write(PackEntryHeader.DeadState, at + PackEntryHeader.StateOffset);
        }

        bool isFreed = directory.Free(writable, at, entry.Length);
        if (table.Find(entry.Home) is var (index, _))
        {
            marked.Add((index, isFreed));
        }

        return entry.State == PackEntryState.Damaged;
    }

    /// <summary>
    /// A damaged header of a blob that nobody wants is replaced by that of a dead one, or it would keep the pack from ever being compacted.
    /// The record says how far it reaches, and the table, where it knows the blob; the pages stay.
    /// </summary>
    private static bool Mend(IStorageFile writable, PackHeader pack, PackTable table, PackDeletion deletion, long at, List<(int, bool)> marked)
    {
        var known = table.Find(deletion.Home);
        bool isItsPlace = known is var (_, entry)
            ? entry.Id == deletion.Id && entry.Length == deletion.Length
            : at + PackLayout.HeaderSize <= writable.Length && !table.Overlaps(at, at + PackLayout.EntryLength(deletion.Length));
        if (!isItsPlace)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[PackLayout.HeaderSize];
        new PackEntryHeader(deletion.Id, deletion.Length, deletion.Home, PackEntryState.Dead).Write(bytes, pack.Id, at);
        writable.Write(bytes, at);
        if (known is var (index, _))
        {
            marked.Add((index, false));
        }

        return true;
    }
}
