using BleepStore.Benchmarks.Load;

namespace BleepStore.Benchmarks.Workloads;

/// <summary>UploadPart: the parts of several uploads, each once; the uploads are aborted after the run.</summary>
internal sealed class UploadPartWorkload(RequestFactory requests, int uploads, int parts, long partBytes) : Workload
{
    private readonly Payload _payload = new(partBytes);
    private OpenUpload[] _open = [];

    public override bool IsUsedUp => true;

    public override void Prepare(Preparation preparation) => _open = MultipartUploads.Open(requests, preparation, uploads);

    public override IReadOnlyList<IRequestSource> Open(int connections)
        => Once(
            [.. _open.SelectMany(upload => Enumerable.Range(1, parts).Select(number => requests.UploadPart(upload.Key, upload.UploadId, number, _payload)))],
            connections);

    public override void CleanUp(Preparation preparation) => preparation.SendAll(_open.Select(upload => requests.AbortUpload(upload.Key, upload.UploadId)));
}
