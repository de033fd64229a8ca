using System.Collections.Immutable;
using System.Globalization;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;
using BleepStore.Metadata.Sqlite;
using BleepStore.Tests.Crash;
using BleepStore.Tests.Processes;

namespace BleepStore.Tests.Figures;

/// <summary>Makes stores of many rows in little time: by the store's own commands, while no server runs.</summary>
internal static class OfflineStore
{
    private const int Batch = 1000;

    /// <summary>Adds objects <c>key-000000</c> and so on, of one blob each that does not exist, to the bucket of <see cref="CrashClient"/>.</summary>
    public static async Task AddObjectsAsync(string metadataDirectory, int count, CancellationToken cancellationToken)
    {
        await using var store = Open(metadataDirectory);
        var bucketId = await BucketIdAsync(store, cancellationToken);
        foreach (var numbers in Enumerable.Range(0, count).Chunk(Batch))
        {
            await Task.WhenAll(numbers.Select(number => store.ExecuteAsync(NewPut(bucketId, number), cancellationToken).AsTask()));
        }
    }

    /// <summary>Deletes those objects: each leaves one row of garbage.</summary>
    public static async Task DeleteObjectsAsync(string metadataDirectory, int count, CancellationToken cancellationToken)
    {
        await using var store = Open(metadataDirectory);
        var bucketId = await BucketIdAsync(store, cancellationToken);
        foreach (var numbers in Enumerable.Range(0, count).Chunk(Batch))
        {
            var delete = new DeleteObjects
            {
                Time = TimeProvider.System.GetUtcNow(),
                Bucket = CrashClient.Bucket,
                BucketId = bucketId,
                Keys = [.. numbers.Select(number => new ObjectToDelete(KeyOf(number)))],
            };
            await store.ExecuteAsync(delete, cancellationToken);
        }
    }

    /// <summary>Rows of garbage, counted up to a bound.</summary>
    public static async Task<int> CountGarbageAsync(string metadataDirectory, int bound, CancellationToken cancellationToken)
    {
        await using var store = Open(metadataDirectory);
        return (await store.ReadGarbageAsync(after: null, store.PublishedSequence, bound, cancellationToken)).Length;
    }

    public static string KeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"key-{number:d6}");

    private static SqliteMetadataStore Open(string metadataDirectory) => new(new SqliteMetadataOptions { Path = metadataDirectory, ReserveBytes = 0 });

    private static async Task<long> BucketIdAsync(SqliteMetadataStore store, CancellationToken cancellationToken)
        => (await store.FindBucketAsync(CrashClient.Bucket, cancellationToken)).ShouldNotBeNull().BucketId;

    private static PutObject NewPut(long bucketId, int number) => new()
    {
        Time = TimeProvider.System.GetUtcNow(),
        Bucket = CrashClient.Bucket,
        BucketId = bucketId,
        Object = new ObjectRecord
        {
            Key = KeyOf(number),
            Size = 10,
            ETag = "0123456789abcdef0123456789abcdef",
            Acl = new AccessControlList(ServerProcess.AccessKey, []),
            // A boot of its own, which no server's blob has.
            Segments = ImmutableArray.Create(new Segment(SegmentKind.Blob, new UInt128(uint.MaxValue, (ulong)number), "local", "", 10, 82)),
        },
        InlineBody = ReadOnlyMemory<byte>.Empty,
    };
}
