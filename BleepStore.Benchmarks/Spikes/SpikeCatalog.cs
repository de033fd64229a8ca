using BleepStore.Benchmarks.Load;
using Microsoft.AspNetCore.Http;

namespace BleepStore.Benchmarks.Spikes;

/// <summary>The bare servers by name.</summary>
internal static class SpikeCatalog
{
    /// <summary>The names, each with what it does.</summary>
    public static IReadOnlyDictionary<string, string> Names { get; } = new Dictionary<string, string>
    {
        ["noop"] = "answers with nothing",
        ["get"] = "answers with one file of --size",
        ["md5"] = "takes the MD5 of the body and drops it",
        ["inline"] = "keeps the body in a row of SQLite, committed in a group",
        ["file"] = "keeps the body in a durable file, and its name in such a row",
    };

    /// <summary>Serves until it is cancelled.</summary>
    public static async Task RunAsync(string name, string directory, int sizeBytes, string readyFile, CancellationToken cancellationToken)
    {
        using var committer = name is "inline" or "file" ? new GroupCommitter(directory) : null;
        RequestDelegate handler = name switch
        {
            "noop" => static _ => Task.CompletedTask,
            "get" => FileSpikes.Get(directory, sizeBytes),
            "md5" => BodySpikes.HashAsync,
            "inline" => BodySpikes.PutInline(committer!),
            "file" => FileSpikes.Put(directory, committer!),
            _ => throw new LoadException($"There is no spike '{name}'."),
        };
        await SpikeServer.RunAsync(handler, readyFile, cancellationToken);
    }
}
