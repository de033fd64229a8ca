using System.Globalization;
using BleepStore.Benchmarks.Load;

namespace BleepStore.Benchmarks.Workloads;

/// <summary>PUT of objects of one size: new keys first, then the same ones again.</summary>
internal sealed class PutWorkload(RequestFactory requests, long sizeBytes, int keys) : Workload
{
    private readonly Payload _payload = new(sizeBytes);

    public override IReadOnlyList<IRequestSource> Open(int connections)
        => Ring([.. Enumerable.Range(0, keys).Select(number => requests.Put(KeyOf(number), _payload))], connections);

    private string KeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"put/{sizeBytes}/{number:d6}");
}
