using System.Globalization;
using System.Runtime.InteropServices;

namespace BleepStore.Metadata.Sqlite;

/// <summary>Keeps a metadata directory to one process for its life: a second one learns who holds it.</summary>
internal sealed partial class DirectoryLock : IDisposable
{
    private const UnixFileMode OwnerOnlyDirectory = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Mode 0600.</summary>
    public const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream _lock;

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

        // A file of its own: the locked one cannot be read by who has to name the holder.
        using (var name = OpenPrivate(holder, FileMode.Create, FileShare.ReadWrite))
        {
            name.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        }

        return new DirectoryLock(file);
    }

    /// <summary>Opens a file that only its owner may read.</summary>
    public static FileStream OpenPrivate(string path, FileMode mode, FileShare share, long preallocationSize = 0)
    {
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
        if (Directory.Exists(directory))
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
            return;
        }

        var parent = Path.GetDirectoryName(directory)!;
        EnsureDirectory(parent);
        Directory.CreateDirectory(directory, OwnerOnlyDirectory);
        SyncDirectory(parent);
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
        var descriptor = Open(path, 0);
        if (descriptor < 0)
        {
            throw new IOException($"{path} cannot be opened to be synced (error {Marshal.GetLastPInvokeError()}).");
        }

        var failed = Sync(descriptor) != 0;
        _ = Close(descriptor);
        if (failed)
        {
            throw new IOException($"{path} cannot be synced.");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
