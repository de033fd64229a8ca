using BleepStore.Benchmarks.Load;
using BleepStore.Benchmarks.Wire;
using BleepStore.Benchmarks.Workloads;

namespace BleepStore.Benchmarks.Bars;

/// <summary>What durable writing may cost.</summary>
internal static class WriteBars
{
    private const long KiB = 1 << 10;
    private const long MiB = 1 << 20;

    private const string Put1K = "PUT 1 KiB";
    private const string Put64K = "PUT 64 KiB";
    private const string Put1M = "PUT 1 MiB";
    private const string Single = "PUT 1 KiB, one connection";
    private const string Unsigned = "PUT 1 MiB, unsigned payload";

    public static IReadOnlyList<BarGroup> Groups { get; } =
    [
        new("put-1k", async context =>
            [
                context.Store(Put1K, "put", Small(context.Scale)),
                await context.SpikeAsync("rows with bodies", "inline", "put", Small(context.Scale)),
                .. context.Peer("peer PUT 1 KiB", "put", Small(context.Scale)),
            ],
            [
                Bar.AtLeast("PUT 1 KiB, against bodies in rows of SQLite", 0.7, Figure.Rate(Put1K), Figure.Rate("rows with bodies")),
                PeerBars.CephAtLeast("PUT 1 KiB, against Ceph", 8, Figure.Rate(Put1K), Figure.Rate("peer PUT 1 KiB")),
                PeerBars.MinioAtLeast("PUT 1 KiB, against MinIO, which does not sync", 4, Figure.Rate(Put1K), Figure.Rate("peer PUT 1 KiB")),
            ]),
        new("put-1k-single", context => Task.FromResult<IReadOnlyList<IProbe>>(
            [
                context.Store(Single, "put", Small(context.Scale), connections: 1),
                new AppendProbe("one durable append", context.Bed.DataDirectory, context.Scale),
            ]),
            [Bar.AtMost("PUT 1 KiB on one connection, against a durable append of 4 KiB", 1.3, Figure.Median(Single), Figure.Median("one durable append"))]),
        new("put-64k", async context =>
            [
                context.Store(Put64K, "put", Middle(context.Scale)),
                await context.FileStoreAsync("the same without packs", "put", Middle(context.Scale)),
                await context.SpikeAsync("bare, a durable file each", "file", "put", Middle(context.Scale)),
            ],
            [Bar.AtLeast("PUT 64 KiB in packs, against a durable file each", 2, Figure.Rate(Put64K), Figure.Rate("the same without packs"))]),
        new("put-1m", async context =>
            [
                context.Store(Put1M, "put", Medium(context.Scale)),
                await context.SpikeAsync("bare MD5 of 1 MiB", "md5", "put", Medium(context.Scale)),
                .. context.Peer("peer PUT 1 MiB", "put", Medium(context.Scale)),
            ],
            [
                Bar.AtMost("PUT 1 MiB, against bare Kestrel with MD5", 1.5, Figure.Cpu(Put1M), Figure.Cpu("bare MD5 of 1 MiB")),
                PeerBars.CephAtLeast("PUT 1 MiB, against Ceph", 1, Figure.Rate(Put1M), Figure.Rate("peer PUT 1 MiB")),
                PeerBars.MinioAtLeast("PUT 1 MiB, against MinIO, which does not sync", 0.5, Figure.Rate(Put1M), Figure.Rate("peer PUT 1 MiB")),
            ]),
        Forms("forms-1k", Put1K, Small),
        Forms("forms-1m", Put1M, Medium),
        new("digests", context => Task.FromResult<IReadOnlyList<IProbe>>(
            [
                context.Store(Unsigned, "put", Proven(context.Scale, UploadForm.Unsigned)),
                context.Store($"{Put1M}, SHA-256", "put", Proven(context.Scale, UploadForm.Sha256)),
                context.Store($"{Put1M}, CRC32", "put", Proven(context.Scale, UploadForm.Unsigned, Crc.Crc32)),
                context.Store($"{Put1M}, CRC32C", "put", Proven(context.Scale, UploadForm.Unsigned, Crc.Crc32C)),
                context.Store($"{Put1M}, CRC64NVME", "put", Proven(context.Scale, UploadForm.Unsigned, Crc.Crc64Nvme)),
            ]),
            [
                Bar.AddsAtMost("SHA-256 of 1 MiB adds", 600, Figure.Cpu($"{Put1M}, SHA-256"), Figure.Cpu(Unsigned)),
                Bar.AtMost("CRC32 of 1 MiB, against none", 1.03, Figure.Cpu($"{Put1M}, CRC32"), Figure.Cpu(Unsigned)),
                Bar.AtMost("CRC32C of 1 MiB, against none", 1.03, Figure.Cpu($"{Put1M}, CRC32C"), Figure.Cpu(Unsigned)),
                Bar.AtMost("CRC64NVME of 1 MiB, against none", 1.03, Figure.Cpu($"{Put1M}, CRC64NVME"), Figure.Cpu(Unsigned)),
            ]),
    ];

    /// <summary>1 KiB, as the bars of other groups refer to it.</summary>
    public static WorkloadSettings Small(BarScale scale) => new() { SizeBytes = KiB, Keys = scale.WrittenKeys };

    private static WorkloadSettings Middle(BarScale scale) => new() { SizeBytes = 64 * KiB, Keys = scale.LargerKeys };

    private static WorkloadSettings Medium(BarScale scale) => new() { SizeBytes = MiB, Keys = scale.LargerKeys };

    private static WorkloadSettings Proven(BarScale scale, UploadForm form, Crc? checksum = null)
        => Medium(scale) with { Proof = new UploadProof(form, checksum) };

    private static BarGroup Forms(string name, string size, Func<BarScale, WorkloadSettings> settings)
    {
        (string Name, UploadForm Form)[] forms =
            [("header SHA-256", UploadForm.Sha256), ("signed chunks", UploadForm.SignedChunks), ("CRC32 trailer", UploadForm.Trailer)];
        var presigned = $"{size}, presigned";
        return new BarGroup(
            name,
            context => Task.FromResult<IReadOnlyList<IProbe>>(
            [
                context.Store(presigned, "put", settings(context.Scale)),
                .. forms.Select(form => context.Store($"{size}, {form.Name}", "put", settings(context.Scale) with { Proof = new UploadProof(form.Form, Checksum: null) })),
            ]),
            [.. forms.Select(form => Bar.AtMost($"{size}, {form.Name}, against presigned", 1.3, Figure.Cpu($"{size}, {form.Name}"), Figure.Cpu(presigned)))]);
    }
}
