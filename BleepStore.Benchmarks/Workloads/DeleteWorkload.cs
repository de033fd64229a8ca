using System.Globalization;
using BleepStore.Benchmarks.Load;

namespace BleepStore.Benchmarks.Workloads;

/// <summary>DELETE of objects that are there: one by one, or by DeleteObjects of a thousand.</summary>
internal sealed class DeleteWorkload(RequestFactory requests, bool isBatch, long sizeBytes, int keys) : Workload
{
    public const int BatchKeys = 1000;

    public override bool IsUsedUp => true;

    private IEnumerable<string> Keys => Enumerable.Range(0, keys).Select(number => string.Create(CultureInfo.InvariantCulture, $"delete/{number:d8}"));

    public override void Prepare(Preparation preparation)
    {
        var payload = new Payload(sizeBytes);
        preparation.SendAll(Keys.Select(key => requests.Put(key, payload, UploadProof.Presigned)));
    }

    public override IReadOnlyList<IRequestSource> Open(int connections)
        => Once(isBatch ? [.. Keys.Chunk(BatchKeys).Select(requests.DeleteObjects)] : [.. Keys.Select(requests.Delete)], connections);
}
