using System.Text;
using BleepStore.Storage.FileSystem;

namespace BleepStore.Api.Auth;

/// <summary>Where the root key comes from: the environment, or a file of 64 hex digits that only its owner can read.</summary>
internal static class RootKeyFile
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
            if (mayCreate)
            {
                // A process may have made it just before it died; nothing is wrapped yet, and nothing may be before its name is durable.
                TrySyncDirectoryOf(path);
            }

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

    // A directory that this process may not read is whoever's who brought the key.
    private static void TrySyncDirectoryOf(string path)
    {
        try
        {
            SyncDirectoryOf(path);
        }
        catch (UnauthorizedAccessException)
        {
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
            SyncDirectoryOf(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RootKeyException($"The root key file {path} cannot be made: {e.Message}", e);
        }

        return key;
    }

    // The name of a new file is durable only when its directory was synced.
    private static void SyncDirectoryOf(string path)
    {
        using var directory = new PhysicalFileSystem().OpenDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        directory.Sync();
    }
}
