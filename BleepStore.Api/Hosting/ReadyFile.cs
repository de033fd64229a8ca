using System.Text.Json;
using BleepStore.Api.CommandLine;

namespace BleepStore.Api.Hosting;

/// <summary>Tells whoever started the process, by a file, where it listens: written once it answers, whole or not at all.</summary>
internal static class ReadyFile
{
    public static async Task WriteAsync(string path, Uri s3, Uri? admin, CancellationToken cancellationToken)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(new Content(Environment.ProcessId, new Urls(s3, admin)), JsonSerializerOptions.Web);
        var unfinished = path + ".new";
        try
        {
            await File.WriteAllBytesAsync(unfinished, content, cancellationToken);
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException(ExitCodes.Usage, $"--ready-file = {path}: cannot be written: {e.Message}", e);
        }
    }

    private sealed record Content(int Pid, Urls Urls);

    private sealed record Urls(string S3, string? Admin)
    {
        public Urls(Uri s3, Uri? admin)
            : this(s3.GetLeftPart(UriPartial.Authority), admin?.GetLeftPart(UriPartial.Authority))
        {
        }
    }
}
