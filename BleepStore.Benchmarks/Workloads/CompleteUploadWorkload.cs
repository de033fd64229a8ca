using BleepStore.Benchmarks.Load;

namespace BleepStore.Benchmarks.Workloads;

/// <summary>CompleteMultipartUpload of uploads whose parts were sent before the run.</summary>
internal sealed class CompleteUploadWorkload(RequestFactory requests, int uploads, int parts, long partBytes) : Workload
{
    private readonly Payload _payload = new(partBytes);
    private readonly List<(OpenUpload Upload, string[] ETags)> _sent = [];

    public override bool IsUsedUp => true;

    public override void Prepare(Preparation preparation)
    {
        _sent.Clear();
        foreach (var upload in MultipartUploads.Open(requests, preparation, uploads))
        {
            var eTags = new string[parts];
            Parallel.For(0, parts, preparation.Parallelism, index => eTags[index] = MultipartUploads.SendPart(requests, preparation, upload, index + 1, _payload));
            _sent.Add((upload, eTags));
        }
    }

    public override IReadOnlyList<IRequestSource> Open(int connections)
        => Once([.. _sent.Select(sent => requests.CompleteUpload(sent.Upload.Key, sent.Upload.UploadId, sent.ETags))], connections);
}
