using BleepStore.Storage;

namespace BleepStore.Tests.Storage;

/// <summary>Ids are never handed out twice.</summary>
public sealed class BlobIdSourceTests
{
    [Fact]
    public void Ids_of_many_threads_are_all_different()
    {
        var source = new BlobIdSource(node: 3, boot: 9);
        var ids = new BlobId[8][];

        Parallel.For(0, 8, thread => ids[thread] = [.. Enumerable.Range(0, 1000).Select(_ => source.Next())]);

        var all = ids.SelectMany(static some => some).ToHashSet();
        all.Count.ShouldBe(8000);
        all.ShouldAllBe(id => id.Node == 3 && id.Boot == 9 && id.Sequence >= 1 && id.Sequence <= 8000);
    }
}
