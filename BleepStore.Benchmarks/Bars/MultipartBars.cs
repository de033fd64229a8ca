using BleepStore.Benchmarks.Load;
using BleepStore.Benchmarks.Workloads;

namespace BleepStore.Benchmarks.Bars;

/// <summary>What multipart uploads may cost.</summary>
internal static class MultipartBars
{
    private const int FewPerRound = 20;
    private const int ManyPerRound = 2;

    private const string Few = "Complete of 64 parts";
    private const string Many = "Complete of 10,000 parts";
    private const string Upload = "UploadPart 5 MiB";

    public static IReadOnlyList<BarGroup> Groups { get; } =
    [
        new("complete", context => Task.FromResult<IReadOnlyList<IProbe>>(
            [
                context.Store(Few, requests => new FilledCompleteWorkload(requests, Uploads(context.Scale.FewParts, FewPerRound * context.Scale.Rounds), FewPerRound), connections: 1),
                context.Store(Many, requests => new FilledCompleteWorkload(requests, Uploads(context.Scale.ManyParts, ManyPerRound * context.Scale.Rounds), ManyPerRound), connections: 1),
            ]),
            [
                Bar.AtMost("CompleteMultipartUpload of 64 parts", 50_000, Figure.Median(Few)),
                Bar.AtMost("CompleteMultipartUpload of 10,000 parts", 500_000, Figure.Median(Many)),
            ])
        {
            Fills = [FillUploadsAsync],
        },
        new("upload", context => Task.FromResult<IReadOnlyList<IProbe>>(
            [
                context.Store(Upload, "upload", Parts(context.Scale)),
                .. context.Peer("peer UploadPart 5 MiB", "upload", Parts(context.Scale)),
            ]),
            [
                PeerBars.CephAtLeast("UploadPart 5 MiB, against Ceph", 1, Figure.Throughput(Upload), Figure.Throughput("peer UploadPart 5 MiB")),
                PeerBars.MinioAtLeast("UploadPart 5 MiB, against MinIO, which does not sync", 0.7, Figure.Throughput(Upload), Figure.Throughput("peer UploadPart 5 MiB")),
            ]),
    ];

    private static WorkloadSettings Parts(BarScale scale) => new() { Keys = 1, Parts = scale.FewParts };

    private static async Task FillUploadsAsync(BarScale scale, OfflineFill fill, CancellationToken cancellationToken)
    {
        foreach (var upload in Uploads(scale.FewParts, FewPerRound * scale.Rounds).Concat(Uploads(scale.ManyParts, ManyPerRound * scale.Rounds)))
        {
            await fill.AddUploadAsync(upload.Upload, upload.ETags.Count, cancellationToken);
        }
    }

    private static FilledUpload[] Uploads(int parts, int count)
        => [.. Enumerable.Range(0, count).Select(number => new FilledUpload(FilledUpload.IdOf(parts, number), [.. Enumerable.Repeat(OfflineFill.QuotedETag, parts)]))];
}
