using System.Globalization;
using BleepStore.Benchmarks.Load;

namespace BleepStore.Benchmarks.Workloads;

/// <summary>PUT of objects of one size: keys that are new in every run, and the same ones again when they are used up, unless each is put once.</summary>
internal sealed class PutWorkload(RequestFactory requests, long sizeBytes, int keys, UploadProof proof, bool isOnce = false) : Workload
{
    /// <summary>What a run may leave behind; more is deleted after it, so that no disk fills.</summary>
    private const long LeftBytes = 64 << 20;

    private readonly Payload _payload = new(sizeBytes);
    private int _run;

    public override bool IsUsedUp => isOnce;

    public override IReadOnlyList<IRequestSource> Open(int connections)
    {
        _run++;
        var puts = Enumerable.Range(0, keys).Select(number => requests.Put(KeyOf(number), _payload, proof)).ToArray();
        return isOnce ? Once(puts, connections) : Ring(puts, connections);
    }

    public override void CleanUp(Preparation preparation)
    {
        if (sizeBytes * keys > LeftBytes)
        {
            preparation.SendAll(Enumerable.Range(0, keys).Select(KeyOf).Chunk(DeleteWorkload.BatchKeys).Select(requests.DeleteObjects));
        }
    }

    /// <summary>A key of the present run.</summary>
    public string KeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"put/{sizeBytes}/{proof.Form}-{proof.Checksum?.HeaderName}/{_run}/{number:d6}");
}
