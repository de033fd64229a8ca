using System.Globalization;
using System.Runtime.InteropServices;

namespace BleepStore.Metadata.Sqlite;

/// <summary>Keeps a metadata directory to one process for its life: a second one learns who holds it.</summary>
internal sealed partial class DirectoryLock : IDisposable
{
    private const UnixFileMode OwnerOnlyDirectory = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Mode 0600.</summary>
    public const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const int InvalidArgument = 22;
    private const int NotImplemented = 38;
    private const int NotSupported = 95;

    private readonly FileStream _lock;

    // Found through the program, so that a library under it (LD_PRELOAD) sees these calls of the process as it sees SQLite's.
    static DirectoryLock() => NativeLibrary.SetDllImportResolver(
        typeof(DirectoryLock).Assembly, static (name, _, _) => name == "libc" ? NativeLibrary.GetMainProgramHandle() : 0);

    private DirectoryLock(FileStream lockFile)
    {
        _lock = lockFile;
    }

    /// <summary>Makes the directory where it is missing, durably, and locks it.</summary>
    /// <exception cref="MetadataUnavailableException">Another process, or another store of this one, holds it.</exception>
    public static DirectoryLock Acquire(string directory)
    {
        EnsureDirectory(Path.GetFullPath(directory));
        var holder = Path.Combine(directory, "lock.holder");
        FileStream file;
        try
        {
            file = OpenPrivate(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileShare.None);
        }
        catch (IOException error) when (File.Exists(Path.Combine(directory, "lock")))
        {
            throw new MetadataUnavailableException(
                $"The metadata directory {directory} is in use by {ReadHolder(holder)}. Only one process can open it.",
                outcomeUnknown: false,
                error);
        }

        try
        {
            // A file of its own: the locked one cannot be read by who has to name the holder.
            using var name = CreatePrivate(holder, FileShare.ReadWrite);
            name.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        }
        catch
        {
            file.Dispose();
            throw;
        }

        return new DirectoryLock(file);
    }

    /// <summary>Makes a file that only its owner may read in place of whatever has that name: what a symbolic link points to stays as it is.</summary>
    public static FileStream CreatePrivate(string path, FileShare share, long preallocationSize = 0)
    {
        File.Delete(path);
        return OpenPrivate(path, FileMode.CreateNew, share, preallocationSize);
    }

    /// <summary>Opens a file that only its owner may read.</summary>
    /// <exception cref="MetadataUnavailableException">A symbolic link stands there: only the directory itself may be one.</exception>
    public static FileStream OpenPrivate(string path, FileMode mode, FileShare share, long preallocationSize = 0)
    {
        if (new FileInfo(path).LinkTarget is not null)
        {
            throw new MetadataUnavailableException($"{path} is a symbolic link; only the directory of the metadata may be one.", outcomeUnknown: false);
        }

        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (preallocationSize > 0)
        {
            options.PreallocationSize = preallocationSize;
        }

        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnlyFile;
        }

        return new FileStream(path, options);
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static void EnsureDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
            return;
        }

        var parent = Path.GetDirectoryName(directory);
        if (!Directory.Exists(directory))
        {
            EnsureDirectory(parent!);
            Directory.CreateDirectory(directory, OwnerOnlyDirectory);
            SyncDirectory(parent!);
        }
        else if (parent is not null)
        {
            // A process may have made it just before it died: its name is not durable yet.
            TrySyncDirectory(parent);
        }
    }

    private static string ReadHolder(string path)
    {
        try
        {
            return "process " + File.ReadAllText(path).Trim();
        }
        catch (IOException)
        {
            return "another process";
        }
    }

    private static void SyncDirectory(string path)
    {
        if (!TrySyncDirectory(path))
        {
            throw new IOException($"{path} cannot be opened to be synced (error {Marshal.GetLastPInvokeError()}).");
        }
    }

    /// <summary>False where this process may not read the directory, so that none of its kind made it.</summary>
    private static bool TrySyncDirectory(string path)
    {
        var descriptor = Open(path, 0);
        if (descriptor < 0)
        {
            return false;
        }

        var error = Sync(descriptor) == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        // Some file systems cannot sync a directory and say so: there is nothing that a later start would tell better.
        return error is 0 or InvalidArgument or NotImplemented or NotSupported
            ? true
            : throw new IOException($"{path} cannot be synced (error {error}).");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
