using System.Text;
using BleepStore.Api.Configuration;
using BleepStore.Api.Hosting;
using BleepStore.Metadata;
using BleepStore.Storage.FileSystem;

namespace BleepStore.Api.Auth;

/// <summary>Where the root key comes from: the environment, or a file of 64 hex digits that only its owner can read.</summary>
internal static class RootKeyFile
{
    /// <summary>The environment variable that holds the key itself and wins over the file.</summary>
    public const string EnvironmentVariable = "BLEEPSTORE_ROOT_KEY";

    private const string NextSuffix = ".next";
    private const string FormerSuffix = ".previous";

    /// <summary>Where the root key of a store is kept; null where it comes from the environment, or lives and dies with a store in memory.</summary>
    public static string? PathOf(BleepStoreOptions options, HostEnvironmentValues environment, IMetadataStore metadata)
        => !string.IsNullOrEmpty(environment.Variables.GetValueOrDefault(EnvironmentVariable))
            || (!metadata.IsDurable && options.Encryption.RootKeyFile is null)
                ? null
                : options.RootKeyPath;

    /// <summary>The key of this store, with those of a rotation that was not finished or not yet confirmed by a start. A new one is durable before it is returned: nothing is ever wrapped by a lost key.</summary>
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
            if (Read(path + FormerSuffix) is { } former)
            {
                existing.Remember(former);
            }

            if (Read(path + NextSuffix) is { } next)
            {
                existing.Succeed(next);
            }

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

    /// <summary>True while a rotation is not finished: its key wraps already, and stands beside the one in force.</summary>
    public static bool IsRotating(string path) => File.Exists(path + NextSuffix);

    /// <summary>True until a start has seen that the key before the last rotation is needed no more.</summary>
    public static bool HasFormer(string path) => File.Exists(path + FormerSuffix);

    /// <summary>Puts the key of a rotation beside the one in force; durable on return, so that it may wrap.</summary>
    /// <exception cref="RootKeyException">It cannot be written; nothing has changed.</exception>
    public static void WriteNext(string path, RootKey next) => Write(path + NextSuffix, next.ToHex());

    /// <summary>
    /// Puts the key of a rotation in the place of the one before, when that is needed no more; it is kept until a start has confirmed so.
    /// </summary>
    /// <exception cref="RootKeyException">The files cannot be changed; all keys are still there.</exception>
    public static void Promote(string path)
    {
        try
        {
            Write(path + FormerSuffix, File.ReadAllText(path, Encoding.ASCII).Trim());
            File.Move(path + NextSuffix, path, overwrite: true);
            SyncDirectoryOf(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RootKeyException($"The root key file {path} cannot be replaced: {e.Message}", e);
        }
    }

    /// <summary>Removes the key before the last rotation.</summary>
    /// <exception cref="RootKeyException">It cannot be removed.</exception>
    public static void RemoveFormer(string path)
    {
        try
        {
            File.Delete(path + FormerSuffix);
            SyncDirectoryOf(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RootKeyException($"The root key file {path}{FormerSuffix} cannot be removed: {e.Message}", e);
        }
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
        Write(path, key.ToHex());
        return key;
    }

    private static void Write(string path, string hex)
    {
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
                file.Write(Encoding.ASCII.GetBytes(hex + "\n"));
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: path.EndsWith(FormerSuffix, StringComparison.Ordinal));
            SyncDirectoryOf(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RootKeyException($"The root key file {path} cannot be made: {e.Message}", e);
        }
    }

    // The name of a new file is durable only when its directory was synced.
    private static void SyncDirectoryOf(string path)
    {
        using var directory = new PhysicalFileSystem().OpenDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        directory.Sync();
    }
}
