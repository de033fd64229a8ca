using BleepStore.Benchmarks.Load;

namespace BleepStore.Benchmarks.Workloads;

/// <summary>45% GET, 30% HEAD, 15% PUT and 10% DELETE of what was put, in an order that is the same in every run.</summary>
internal sealed class MixedWorkload(RequestFactory requests, long sizeBytes, int keys, UploadProof proof) : Workload
{
    private static readonly byte[] Order = CreateOrder();

    private readonly ReadWorkload _get = new(requests, isHead: false, sizeBytes, keys);
    private readonly ReadWorkload _head = new(requests, isHead: true, sizeBytes, keys);
    private readonly PutWorkload _put = new(requests, sizeBytes, keys, proof);

    public override void Prepare(Preparation preparation) => _get.Prepare(preparation);

    public override IReadOnlyList<IRequestSource> Open(int connections)
    {
        var (gets, heads, puts) = (_get.Open(connections), _head.Open(connections), _put.Open(connections));
        var deletes = Ring([.. Enumerable.Range(0, keys).Select(number => requests.Delete(_put.KeyOf(number)))], connections);
        return [.. Enumerable.Range(0, connections).Select(number =>
            new MixedSource([gets[number], heads[number], puts[number], deletes[number]], Order, number * Order.Length / connections))];
    }

    public override void CleanUp(Preparation preparation) => _put.CleanUp(preparation);

    private static byte[] CreateOrder()
    {
        byte[] order = [.. Enumerable.Repeat((byte)0, 45), .. Enumerable.Repeat((byte)1, 30), .. Enumerable.Repeat((byte)2, 15), .. Enumerable.Repeat((byte)3, 10)];
        new Random(1).Shuffle(order);
        return order;
    }
}
