using BleepStore.Storage.FileSystem;

namespace BleepStore.Storage.Local.Packs;

/// <summary>
/// An open pack, shared by its readers and closed when the last has left: compaction may put another file under the name, eviction may
/// drop it, and readers go on with what they opened.
/// </summary>
/// <param name="file">The open file, owned.</param>
/// <param name="header">Null when neither copy can be read.</param>
/// <param name="table">Its entries, where they are known.</param>
internal sealed class PackFile(IStorageFile file, PackHeader? header, PackTable? table = null) : IDisposable
{
    // The first lease is that of the pack which keeps the file open.
    private int _leases = 1;
    private PackTable? _table = table;

    public IStorageFile File { get; } = file;

    public PackHeader? Header { get; } = header;

    public PackTable? Table
    {
        get => Volatile.Read(ref _table);
        set => Volatile.Write(ref _table, value);
    }

    /// <summary>False when the last lease has ended already.</summary>
    public bool TryLease()
    {
        int leases = Volatile.Read(ref _leases);
        while (leases > 0)
        {
            int before = Interlocked.CompareExchange(ref _leases, leases + 1, leases);
            if (before == leases)
            {
                return true;
            }

            leases = before;
        }

        return false;
    }

    /// <summary>Ends one lease.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _leases) == 0)
        {
            File.Dispose();
        }
    }
}
