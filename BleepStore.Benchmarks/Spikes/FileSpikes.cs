using System.Buffers;
using System.Security.Cryptography;
using BleepStore.Storage.FileSystem;
using Microsoft.AspNetCore.Http;

namespace BleepStore.Benchmarks.Spikes;

/// <summary>A file for every object, with nothing kept of it but the file.</summary>
internal static class FileSpikes
{
    private const int StepBytes = 64 << 10;

    /// <summary>Answers every request with one file: opened each time, read in steps of 64 KiB straight into the response's buffers.</summary>
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

    /// <summary>Makes every body a durable file of its own, whose name is a row that is committed in a group.</summary>
    public static RequestDelegate Put(string directory, GroupCommitter committer)
    {
        var files = Directory.CreateDirectory(Path.Combine(directory, "spike-files")).FullName;
        var number = 0L;
        return async context =>
        {
            var name = $"{Interlocked.Increment(ref number):d12}";
            await WriteFileAsync(files, name, context);
            await committer.AddAsync(context.Request.Path, name, ReadOnlyMemory<byte>.Empty);
        };
    }

    private static async Task WriteFileAsync(string directory, string name, HttpContext context)
    {
        var unfinished = Path.Combine(directory, name + ".new");
        var path = Path.Combine(directory, name);
        using (var file = File.OpenHandle(unfinished, FileMode.CreateNew, FileAccess.Write))
        {
            var buffer = ArrayPool<byte>.Shared.Rent(StepBytes);
            var offset = 0L;
            for (int filled; (filled = await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, context.RequestAborted)) > 0;)
            {
                RandomAccess.Write(file, buffer.AsSpan(0, filled), offset);
                offset += filled;
            }

            ArrayPool<byte>.Shared.Return(buffer);
            Check(LinuxCalls.SyncData(file));
        }

        Check(LinuxCalls.RenameNoReplace(unfinished, path));
        using var parent = LinuxCalls.Open(directory, LinuxCalls.ReadOnly | LinuxCalls.MustBeDirectory, out var error);
        Check(error);
        Check(LinuxCalls.Sync(parent));
    }

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new IOException($"A system call failed with error {error}.");
        }
    }
}
