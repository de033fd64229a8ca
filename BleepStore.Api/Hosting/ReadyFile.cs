using System.Buffers;
using System.Text.Json;
using BleepStore.Api.CommandLine;

namespace BleepStore.Api.Hosting;

/// <summary>Tells whoever started the process, by a file, where it listens: written once it answers, whole or not at all.</summary>
internal static class ReadyFile
{
    public static async Task WriteAsync(string path, Uri s3, Uri? admin, CancellationToken cancellationToken)
    {
        var content = ToJson(s3, admin);
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

    /// <summary>Written field by field: a serializer's types would stay in the memory of every server for these three values.</summary>
    private static ReadOnlyMemory<byte> ToJson(Uri s3, Uri? admin)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("pid", Environment.ProcessId);
            json.WriteStartObject("urls");
            json.WriteString("s3", s3.GetLeftPart(UriPartial.Authority));
            json.WriteString("admin", admin?.GetLeftPart(UriPartial.Authority));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
