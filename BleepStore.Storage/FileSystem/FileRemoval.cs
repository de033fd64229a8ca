namespace BleepStore.Storage.FileSystem;

/// <summary>Removes files that do no harm where they stay.</summary>
internal static class FileRemoval
{
    /// <summary>Removes a file's name if there is one; false when the disk refuses.</summary>
    public static bool TryDelete(this IFileSystem fileSystem, string path)
    {
        try
        {
            fileSystem.Delete(path);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
