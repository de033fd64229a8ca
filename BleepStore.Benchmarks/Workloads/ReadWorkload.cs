using System.Globalization;
using BleepStore.Benchmarks.Load;

namespace BleepStore.Benchmarks.Workloads;

/// <summary>GET or HEAD of objects of one size, round and round.</summary>
internal sealed class ReadWorkload(RequestFactory requests, bool isHead, long sizeBytes, int keys) : Workload
{
    private bool _isPrepared;

    public override void Prepare(Preparation preparation)
    {
        if (!_isPrepared)
        {
            var payload = new Payload(sizeBytes);
            preparation.SendAll(Enumerable.Range(0, keys).Select(number => requests.Put(KeyOf(number), payload, UploadProof.Presigned)));
            _isPrepared = true;
        }
    }

    public override IReadOnlyList<IRequestSource> Open(int connections)
        => Ring([.. Enumerable.Range(0, keys).Select(number => isHead ? requests.Head(KeyOf(number)) : requests.Get(KeyOf(number), sizeBytes))], connections);

    private string KeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"read/{sizeBytes}/{number:d6}");
}
