using System.Diagnostics;
using BleepStore.Tests.Processes;

namespace BleepStore.Tests.Faults;

/// <summary>A file system in memory of a few MiB, to be filled to its last byte.</summary>
internal sealed class SmallFileSystem : IDisposable
{
    private const int Block = 64 * 1024;

    private SmallFileSystem()
    {
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("bleepstore-disk-").FullName;

    public long FreeBytes => new DriveInfo(Path).AvailableFreeSpace;

    /// <summary>Null where mounting is not permitted.</summary>
    public static SmallFileSystem? TryMount(int sizeMiB)
    {
        var mount = new SmallFileSystem();
        if (OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={sizeMiB}m", "tmpfs", mount.Path))
        {
            return mount;
        }

        Directory.Delete(mount.Path);
        return null;
    }

    /// <summary>Ends the running test where mounting is not permitted.</summary>
    public static SmallFileSystem Mount(int sizeMiB)
    {
        var mount = TryMount(sizeMiB);
        if (mount is null)
        {
            TestRequirement.Missing("Mounting a small file system needs root on Linux.");
        }

        return mount!;
    }

    /// <summary>Takes room with a file that is no part of the store, down to the last byte or to what is to be left.</summary>
    public void Fill(long leaveBytes = 0)
    {
        using var filler = new FileStream(System.IO.Path.Combine(Path, "filler"), FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[Block];
        try
        {
            while (FreeBytes > leaveBytes)
            {
                filler.Write(block, 0, (int)Math.Min(Block, FreeBytes - leaveBytes));
            }
        }
        catch (IOException) when (leaveBytes == 0)
        {
            // The last block did not fit whole.
        }
    }

    public void Dispose()
    {
        // Lazily: a child that another test starts at this moment has this process's descriptors until it is a program of its own.
        Run("umount", "--lazy", Path);
        Directory.Delete(Path, recursive: true);
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
