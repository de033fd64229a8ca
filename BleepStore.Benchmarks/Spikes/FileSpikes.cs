using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace BleepStore.Benchmarks.Spikes;

/// <summary>Reads: the answer to every request is one file.</summary>
internal static class FileSpikes
{
    private const int StepBytes = 64 << 10;

    /// <summary>Opens the file for every request and sends it in steps of 64 KiB, read straight into the response's buffers.</summary>
    public static RequestDelegate Get(string directory, int sizeBytes)
    {
        var path = Path.Combine(directory, $"spike-{sizeBytes}");
        File.WriteAllBytes(path, RandomNumberGenerator.GetBytes(sizeBytes));
        return async context =>
        {
            using var file = File.OpenHandle(path);
            context.Response.ContentLength = sizeBytes;
            var writer = context.Response.BodyWriter;
            for (var offset = 0L; offset < sizeBytes;)
            {
                var step = (int)Math.Min(StepBytes, sizeBytes - offset);
                var read = RandomAccess.Read(file, writer.GetSpan(step)[..step], offset);
                writer.Advance(read);
                offset += read;
                await writer.FlushAsync(context.RequestAborted);
            }
        };
    }
}
