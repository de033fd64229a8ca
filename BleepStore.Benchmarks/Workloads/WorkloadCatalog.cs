using BleepStore.Benchmarks.Load;

namespace BleepStore.Benchmarks.Workloads;

/// <summary>What a workload is made of. Null takes the default of the kind.</summary>
internal sealed record WorkloadSettings
{
    public long? SizeBytes { get; init; }

    /// <summary>Objects, or uploads of a multipart workload.</summary>
    public int? Keys { get; init; }

    public UploadProof Proof { get; init; } = UploadProof.Presigned;

    public ListPosition Position { get; init; }

    public bool HasDelimiter { get; init; }

    /// <summary>True when the keys of a list are there already.</summary>
    public bool IsFilled { get; init; }

    public int Parts { get; init; } = 64;

    public long PartBytes { get; init; } = 5 << 20;
}

/// <summary>The workloads by name.</summary>
internal static class WorkloadCatalog
{
    private const long MostPreparedBytes = 1L << 30;

    /// <summary>The names, each with what it does.</summary>
    public static IReadOnlyDictionary<string, string> Names { get; } = new Dictionary<string, string>
    {
        ["get"] = "GET of --keys objects of --size",
        ["head"] = "HEAD of them",
        ["put"] = "PUT of --size, as --form says, with --checksum",
        ["delete"] = "DELETE of --keys objects",
        ["delete-batch"] = "DeleteObjects of 1,000 keys each",
        ["range"] = "GET of 4 KiB at random offsets of one object of --size (default 1GiB)",
        ["list"] = "1,000 of --keys keys (default 100,000) from --at; with --delimiter, the 100 common prefixes that they have",
        ["upload"] = "UploadPart: --parts of --part-size for each of --keys uploads (default 4)",
        ["complete"] = "CompleteMultipartUpload of --parts parts, --keys times (default 4)",
        ["mixed"] = "45% GET, 30% HEAD, 15% PUT, 10% DELETE of --size",
    };

    public static Workload Create(string name, RequestFactory requests, WorkloadSettings settings)
    {
        var size = settings.SizeBytes ?? 1 << 10;
        var keys = settings.Keys ?? (int)Math.Clamp(MostPreparedBytes / Math.Max(1, size), 16, 20_000);
        return name switch
        {
            "get" => new ReadWorkload(requests, isHead: false, size, keys),
            "head" => new ReadWorkload(requests, isHead: true, size, keys),
            "put" => new PutWorkload(requests, size, keys, settings.Proof),
            "delete" => new DeleteWorkload(requests, isBatch: false, size, keys),
            "delete-batch" => new DeleteWorkload(requests, isBatch: true, size, keys),
            "range" => new RangeWorkload(requests, settings.SizeBytes ?? 1 << 30),
            "list" => new ListWorkload(requests, settings.Keys ?? 100_000, settings.Position, settings.HasDelimiter, settings.IsFilled),
            "upload" => new UploadPartWorkload(requests, settings.Keys ?? 4, settings.Parts, settings.PartBytes),
            "complete" => new CompleteUploadWorkload(requests, settings.Keys ?? 4, settings.Parts, settings.PartBytes),
            "mixed" => new MixedWorkload(requests, size, keys, settings.Proof),
            _ => throw new LoadException($"There is no workload '{name}'."),
        };
    }
}
