using System.Runtime.InteropServices;
using System.Text;

namespace BleepStore.Api.Auth;

/// <summary>Where the root key comes from: the environment, or a file of 64 hex digits that only its owner can read.</summary>
internal static partial class RootKeyFile
{
    /// <summary>The environment variable that holds the key itself and wins over the file.</summary>
    public const string EnvironmentVariable = "BLEEPSTORE_ROOT_KEY";

    /// <summary>The key of this store. A new one is durable before it is returned: nothing is ever wrapped by a lost key.</summary>
    /// <param name="path">The key file, <c>encryption.root_key_file</c>.</param>
    /// <param name="fromEnvironment">The value of <see cref="EnvironmentVariable"/>, null or empty when it is not set.</param>
    /// <param name="mayCreate">False once the store holds wrapped secrets: a new key could not read them.</param>
    /// <exception cref="RootKeyException">The key is missing or malformed: the start must stop.</exception>
    public static RootKey Open(string path, string? fromEnvironment, bool mayCreate)
    {
        if (!string.IsNullOrEmpty(fromEnvironment))
        {
            return RootKey.Parse(fromEnvironment, $"the environment variable {EnvironmentVariable}");
        }

        if (Read(path) is { } existing)
        {
            return existing;
        }

        return mayCreate ? Create(path) : throw new RootKeyException(
            $"The store holds secrets that are wrapped by a root key, but there is no root key file {path}: "
            + $"restore it from its backup or set {EnvironmentVariable}.");
    }

    private static RootKey? Read(string path)
    {
        try
        {
            return RootKey.Parse(File.ReadAllText(path, Encoding.ASCII), $"the file {path}");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RootKeyException($"The root key file {path} cannot be read: {e.Message}", e);
        }
    }

    private static RootKey Create(string path)
    {
        var key = RootKey.Generate();
        var unfinished = path + ".new";
        try
        {
            // Whatever a crash left here was never in use. CreateNew follows no symbolic link.
            File.Delete(unfinished);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var file = new FileStream(unfinished, options))
            {
                file.Write(Encoding.ASCII.GetBytes(key.ToHex() + "\n"));
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: false);
            FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RootKeyException($"The root key file {path} cannot be made: {e.Message}", e);
        }

        return key;
    }

    // The name of a new file is durable only when its directory was flushed, which the framework cannot do.
    private static void FlushDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const int readOnly = 0;
        var descriptor = OpenDescriptor(directory, readOnly);
        if (descriptor < 0)
        {
            throw new IOException($"open {directory}: error {Marshal.GetLastPInvokeError()}");
        }

        var failed = FlushDescriptor(descriptor) != 0;
        var error = Marshal.GetLastPInvokeError();
        _ = CloseDescriptor(descriptor);
        if (failed)
        {
            throw new IOException($"fsync {directory}: error {error}");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDescriptor(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseDescriptor(int descriptor);
}
