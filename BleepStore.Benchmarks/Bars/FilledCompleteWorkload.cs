using BleepStore.Benchmarks.Load;
using BleepStore.Benchmarks.Workloads;

namespace BleepStore.Benchmarks.Bars;

/// <summary>CompleteMultipartUpload of uploads that an <see cref="OfflineFill"/> made, some in every run.</summary>
internal sealed class FilledCompleteWorkload(RequestFactory requests, IReadOnlyList<FilledUpload> uploads, int perRun) : Workload
{
    private int _used;

    public override bool IsUsedUp => true;

    public override IReadOnlyList<IRequestSource> Open(int connections)
    {
        var next = uploads.Skip(_used).Take(perRun).Select(filled => requests.CompleteUpload(filled.Upload.Key, filled.Upload.UploadId, filled.ETags)).ToArray();
        _used += perRun;
        return Once(next, connections);
    }
}
