using System.Collections.Immutable;
using System.Globalization;
using BenchmarkDotNet.Attributes;
using BleepStore.Api.Operations.Buckets;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;
using BleepStore.Metadata.Records;

namespace BleepStore.Benchmarks.Micro;

/// <summary>The XML of a list page of 1,000 objects.</summary>
[MemoryDiagnoser]
public class ListPageBenchmarks
{
    private readonly ObjectListing _listing = ObjectListing.Read(S3Query.Empty, "max-keys");
    private readonly ImmutableArray<ObjectRecord> _objects =
    [
        .. Enumerable.Range(0, 1000).Select(number => new ObjectRecord
        {
            Key = string.Create(CultureInfo.InvariantCulture, $"some/prefix/{number:d8}"),
            Size = 1024,
            ETag = "0123456789abcdef0123456789abcdef",
            LastModified = MicroRequest.Time.GetUtcNow(),
            Acl = new AccessControlList("1", []),
        }),
    ];

    [Benchmark]
    public int Write()
    {
        using var document = new S3XmlWriter();
        document.StartDocument();
        document.StartS3("ListBucketResult");
        _listing.WriteObjects(document, _objects, ownerNames: null);
        document.End();
        return document.Length;
    }
}
