using System.Globalization;
using BleepStore.Benchmarks.Load;

namespace BleepStore.Benchmarks.Workloads;

/// <summary>GET of 4 KiB at random offsets of one large object.</summary>
internal sealed class RangeWorkload(RequestFactory requests, long sizeBytes) : Workload
{
    private const int RangeBytes = 4 << 10;
    private const int Ranges = 10_000;

    private bool _isPrepared;

    private string Key => string.Create(CultureInfo.InvariantCulture, $"range/{sizeBytes}");

    public override void Prepare(Preparation preparation)
    {
        if (!_isPrepared)
        {
            preparation.SendAll([requests.Put(Key, new Payload(sizeBytes), UploadProof.Presigned)]);
            _isPrepared = true;
        }
    }

    public override IReadOnlyList<IRequestSource> Open(int connections)
    {
        var random = new Random(1);
        return Ring(
            [.. Enumerable.Range(0, Ranges).Select(_ => requests.GetRange(Key, random.NextInt64(sizeBytes - RangeBytes + 1), RangeBytes))], connections);
    }
}
