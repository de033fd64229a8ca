using System.Collections.Immutable;
using System.Globalization;
using System.Xml;
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
    private readonly MemoryStream _stream = new();
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
    public long Write()
    {
        _stream.SetLength(0);
        using (var writer = XmlWriter.Create(_stream, S3Xml.Settings))
        {
            writer.StartS3("ListBucketResult");
            _listing.WriteObjects(writer, _objects, ownerNames: null);
            writer.WriteEndElement();
        }

        return _stream.Length;
    }
}
