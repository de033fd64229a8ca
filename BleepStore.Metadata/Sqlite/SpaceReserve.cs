namespace BleepStore.Metadata.Sqlite;

/// <summary>A file that holds room on a file system until there is none left: giving it up lets deletes run on a full disk.</summary>
/// <param name="directory">Directory of the database.</param>
/// <param name="sizeBytes">Its size; 0 for no reserve.</param>
/// <param name="measureFreeBytes">Measures the room on the file system; null to ask the system.</param>
internal sealed class SpaceReserve(string directory, long sizeBytes, Func<long>? measureFreeBytes = null)
{
    private readonly string _path = Path.Combine(directory, "reserve");
    private volatile bool _isMissing;

    /// <summary>True when a reserve is wanted but there is no room for it: only commands that free bytes may run.</summary>
    public bool IsMissing => _isMissing;

    /// <summary>Bytes that the reserve takes back before anything may be added; 0 while it stands.</summary>
    public long OwedBytes => _isMissing ? sizeBytes : 0;

    /// <summary>Bytes free on the file system.</summary>
    public long FreeBytes => measureFreeBytes?.Invoke() ?? new DriveInfo(directory).AvailableFreeSpace;

    /// <summary>Makes the reserve where it is missing and there is room; true when it stands.</summary>
    public bool TryRestore()
    {
        if (sizeBytes == 0 || File.Exists(_path))
        {
            _isMissing = false;
            return true;
        }

        _isMissing = FreeBytes < sizeBytes || !TryCreate();
        return !_isMissing;
    }

    /// <summary>Gives the reserve up; true when that made room.</summary>
    public bool Release()
    {
        _isMissing = sizeBytes > 0;
        if (!File.Exists(_path))
        {
            return false;
        }

        File.Delete(_path);
        return true;
    }

    private bool TryCreate()
    {
        // Renamed when it holds its room, so that a file of that name always does.
        var unfinished = _path + ".new";
        try
        {
            using (DirectoryLock.CreatePrivate(unfinished, FileShare.None, sizeBytes))
            {
            }

            File.Move(unfinished, _path);
            return true;
        }
        catch (IOException)
        {
            File.Delete(unfinished);
            return false;
        }
    }
}
