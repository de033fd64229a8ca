using System.Globalization;
using BleepStore.Benchmarks.Load;

namespace BleepStore.Benchmarks.Workloads;

/// <summary>PUT of objects of one size: keys that are new in every run, and the same ones again when they are used up, unless each is put once.</summary>
internal sealed class PutWorkload(RequestFactory requests, long sizeBytes, int keys, UploadProof proof, bool isOnce = false) : Workload
{
    private readonly Payload _payload = new(sizeBytes);
    private int _run;

    public override bool IsUsedUp => isOnce;

    public override IReadOnlyList<IRequestSource> Open(int connections)
    {
        _run++;
        var puts = Enumerable.Range(0, keys).Select(number => requests.Put(KeyOf(number), _payload, proof)).ToArray();
        return isOnce ? Once(puts, connections) : Ring(puts, connections);
    }

    /// <summary>A key of the present run.</summary>
    public string KeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"put/{sizeBytes}/{proof.Form}/{_run}/{number:d6}");
}
