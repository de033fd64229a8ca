using System.Collections.Immutable;
using System.Globalization;
using BleepStore.Api.Checksums;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;
using BleepStore.Storage;

namespace BleepStore.Tests.Api;

/// <summary>Reads of objects that were uploaded in parts: by part, over the borders of parts, with checksums, of ten thousand parts.</summary>
public abstract class MultipartReadTests(ApiHost fixture)
{
    private const int MinPart = 5 << 20;
    private static readonly byte[][] s_parts = [TestBucket.Bytes(MinPart, seed: 1), TestBucket.Bytes(MinPart + 7, seed: 2), TestBucket.Bytes(99, seed: 3)];
    private static readonly byte[] s_whole = [.. s_parts[0], .. s_parts[1], .. s_parts[2]];

    [Fact]
    public async Task Each_part_can_be_read_by_its_number()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutInPartsAsync("key", s_parts);
        var offset = 0;
        for (var number = 1; number <= 3; number++)
        {
            var part = s_parts[number - 1];
            foreach (var method in (string[])["GET", "HEAD"])
            {
                var got = await bucket.SendAsync(method, "key", $"partNumber={number}", null);
                got.Status.ShouldBe(206);
                got.Header("x-amz-mp-parts-count").ShouldBe("3");
                got.Header("Content-Length").ShouldBe($"{part.Length}");
                got.Header("Content-Range").ShouldBe($"bytes {offset}-{offset + part.Length - 1}/{s_whole.Length}");
                (method == "HEAD" || got.Body.AsSpan().SequenceEqual(part)).ShouldBeTrue();
            }

            offset += part.Length;
        }

        var beyond = await bucket.SendAsync("GET", "key", "partNumber=4", null);
        beyond.Status.ShouldBe(416);
        beyond.ErrorCode.ShouldBe("InvalidPartNumber");
        (await bucket.SendAsync("GET", "key", "partNumber=0", null)).ErrorCode.ShouldBe("InvalidArgument");
        (await bucket.SendAsync("GET", "key", "partNumber=x", null)).ErrorCode.ShouldBe("InvalidArgument");
        (await bucket.SendAsync("GET", "key", "partNumber=1", null, ("Range", "bytes=0-1"))).ErrorCode.ShouldBe("InvalidRequest");
    }

    [Fact]
    public async Task Ranges_reach_over_the_borders_of_parts()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutInPartsAsync("key", s_parts);
        foreach (var (first, last) in (List<(int, int)>)
        [
            (0, 0), (MinPart - 1, MinPart - 1), (MinPart, MinPart), (MinPart - 3, MinPart + 3), (MinPart - 1, (2 * MinPart) + 8),
            ((2 * MinPart) + 7, (2 * MinPart) + 7), (s_whole.Length - 1, s_whole.Length - 1), (0, s_whole.Length - 1),
        ])
        {
            var got = await bucket.GetAsync("key", ("Range", $"bytes={first}-{last}"));
            got.Status.ShouldBe(206);
            got.Body.AsSpan().SequenceEqual(s_whole.AsSpan()[first..(last + 1)]).ShouldBeTrue($"{first}-{last}");
        }

        (await bucket.GetAsync("key", ("Range", "bytes=-100"))).Body.AsSpan().SequenceEqual(s_whole.AsSpan()[^100..]).ShouldBeTrue();
        (await bucket.GetAsync("key", ("Range", $"bytes={s_whole.Length}-"))).Status.ShouldBe(416);
    }

    [Fact]
    public async Task An_object_put_whole_is_its_own_first_part()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "Hello");
        var got = await bucket.SendAsync("GET", "key", "partNumber=1", null);
        got.Status.ShouldBe(206);
        got.Text.ShouldBe("Hello");
        got.Header("x-amz-mp-parts-count").ShouldBeNull();
        (await bucket.SendAsync("GET", "key", "partNumber=2", null)).ErrorCode.ShouldBe("InvalidPartNumber");
    }

    [Theory]
    [InlineData("CRC32", "COMPOSITE", "COMPOSITE")]
    [InlineData("CRC32", null, "COMPOSITE")]
    [InlineData("CRC32C", "FULL_OBJECT", "FULL_OBJECT")]
    [InlineData("CRC64NVME", null, "FULL_OBJECT")]
    [InlineData("SHA1", null, "COMPOSITE")]
    [InlineData("SHA256", "COMPOSITE", "COMPOSITE")]
    [InlineData(null, null, "FULL_OBJECT")]
    public async Task The_checksum_of_the_whole_follows_from_those_of_the_parts(string? name, string? asked, string type)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var algorithm = name is null ? ChecksumAlgorithm.Crc64Nvme : ChecksumAlgorithms.ParseName(name);
        var header = algorithm.Info().HeaderName;
        List<(string, string)> create = [];
        if (name is not null)
        {
            create.Add(("x-amz-checksum-algorithm", name));
        }

        if (asked is not null)
        {
            create.Add(("x-amz-checksum-type", asked));
        }

        var id = await bucket.CreateUploadAsync("key", [.. create]);
        for (var i = 0; i < 3; i++)
        {
            var value = TestBucket.Checksum(algorithm, s_parts[i]);
            var put = name is null
                ? await bucket.PutPartAsync("key", id, i + 1, s_parts[i])
                : await bucket.PutPartAsync("key", id, i + 1, s_parts[i], (header, value));
            put.Status.ShouldBe(200, put.Text);
            put.Header(header).ShouldBe(value);
        }

        var expected = type == "FULL_OBJECT"
            ? TestBucket.Checksum(algorithm, s_whole)
            : TestBucket.Checksum(algorithm, [.. s_parts.SelectMany(part => Convert.FromBase64String(TestBucket.Checksum(algorithm, part)))]) + "-3";
        var bare = TestBucket.PartList([.. s_parts.Select((part, i) => (i + 1, TestBucket.Md5(part)))]);
        var list = TestBucket.PartList(algorithm, s_parts);
        if (type == "COMPOSITE")
        {
            var missing = await bucket.CompleteAsync("key", id, bare);
            missing.ErrorCode.ShouldBe("InvalidRequest");
            missing.Element("Message").ShouldBe($"The upload was created using a {name!.ToLowerInvariant()} checksum. "
                + "The complete request must include the checksum for each part. It was missing for part 1 in the request.");
        }

        (await bucket.CompleteAsync("key", id, list.Replace("</Checksum", "=</Checksum", StringComparison.Ordinal))).ErrorCode.ShouldBe("InvalidArgument");
        var wrong = TestBucket.Checksum(algorithm, "other"u8.ToArray());
        (await bucket.CompleteAsync("key", id, list.Replace(TestBucket.Checksum(algorithm, s_parts[2]), wrong, StringComparison.Ordinal)))
            .ErrorCode.ShouldBe("InvalidPart");
        (await bucket.CompleteAsync("key", id, list, ("x-amz-mp-object-size", "1"))).ErrorCode.ShouldBe("InvalidRequest");
        (await bucket.CompleteAsync("key", id, list, ("x-amz-mp-object-size", "-1"))).ErrorCode.ShouldBe("InvalidRequest");
        (await bucket.CompleteAsync("key", id, list, (header, "AAAA"))).ErrorCode.ShouldBe("InvalidRequest");
        (await bucket.CompleteAsync("key", id, list, (header, expected + "-"))).ErrorCode.ShouldBe("InvalidRequest");
        (await bucket.CompleteAsync("key", id, list, (header, wrong))).ErrorCode.ShouldBe("BadDigest");
        (await bucket.CompleteAsync("key", id, list, ("x-amz-checksum-type", type == "COMPOSITE" ? "FULL_OBJECT" : "COMPOSITE")))
            .ErrorCode.ShouldBe("InvalidRequest");
        var completed = await bucket.CompleteAsync(
            "key", id, type == "COMPOSITE" ? list : bare, (header, expected), ("x-amz-checksum-type", type), ("x-amz-mp-object-size", $"{s_whole.Length}"));
        completed.Status.ShouldBe(200, completed.Text);
        completed.Element("Checksum" + algorithm.Info().Name).ShouldBe(expected);
        completed.Element("ChecksumType").ShouldBe(type);
        var head = await bucket.HeadAsync("key", ("x-amz-checksum-mode", "ENABLED"));
        head.Header(header).ShouldBe(expected);
        head.Header("x-amz-checksum-type").ShouldBe(type);

        // A part of a composite checksum has the one that it was uploaded with; without being asked for it stays away.
        for (var number = 1; number <= 3; number++)
        {
            var part = await bucket.SendAsync("HEAD", "key", $"partNumber={number}", null, ("x-amz-checksum-mode", "ENABLED"));
            part.Header(header).ShouldBe(type == "COMPOSITE" ? TestBucket.Checksum(algorithm, s_parts[number - 1]) : null);
            part.Header("x-amz-checksum-type").ShouldBe(type == "COMPOSITE" ? type : null);
            (await bucket.SendAsync("HEAD", "key", $"partNumber={number}", null)).Header(header).ShouldBeNull();
        }
    }

    [Theory]
    [InlineData("CRC32", "FULL_OBJECT")]
    [InlineData("CRC32", "COMPOSITE")]
    public async Task The_only_part_of_an_object_has_its_checksum_and_never_that_of_checksums(string name, string type)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var value = TestBucket.Checksum(ChecksumAlgorithm.Crc32, "Hello"u8.ToArray());
        var id = await bucket.CreateUploadAsync("key", ("x-amz-checksum-algorithm", name), ("x-amz-checksum-type", type));
        (await bucket.PutPartAsync("key", id, 1, "Hello"u8.ToArray(), ("x-amz-checksum-crc32", value))).Status.ShouldBe(200);
        (await bucket.CompleteAsync("key", id, TestBucket.PartList(ChecksumAlgorithm.Crc32, "Hello"u8.ToArray()))).ErrorCode.ShouldBeNull();
        var part = await bucket.SendAsync("GET", "key", "partNumber=1", null, ("x-amz-checksum-mode", "ENABLED"));
        (part.Header("x-amz-checksum-crc32"), part.Header("x-amz-checksum-type")).ShouldBe((value, type));
    }

    [Theory]
    [InlineData("SHA1", "FULL_OBJECT")]
    [InlineData("SHA256", "FULL_OBJECT")]
    [InlineData("CRC64NVME", "COMPOSITE")]
    [InlineData("CRC32", "HALF")]
    [InlineData("CRC16", null)]
    [InlineData(null, "COMPOSITE")]
    public async Task Checksums_that_S3_does_not_have_open_no_upload(string? algorithm, string? type)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        List<(string, string)> headers = [];
        if (algorithm is not null)
        {
            headers.Add(("x-amz-checksum-algorithm", algorithm));
        }

        if (type is not null)
        {
            headers.Add(("x-amz-checksum-type", type));
        }

        (await bucket.SendAsync("POST", "key", "uploads", null, [.. headers])).ErrorCode.ShouldBe("InvalidRequest");
    }

    [Fact]
    public async Task A_part_must_have_the_checksum_of_its_upload()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var id = await bucket.CreateUploadAsync("key", ("x-amz-checksum-algorithm", "SHA256"));
        var other = TestBucket.Checksum(ChecksumAlgorithm.Crc32, s_parts[2]);
        (await bucket.PutPartAsync("key", id, 1, s_parts[2], ("x-amz-checksum-crc32", other))).ErrorCode.ShouldBe("InvalidRequest");
        (await bucket.PutPartAsync("key", id, 1, s_parts[2])).ErrorCode.ShouldBe("InvalidRequest");
        var wrong = TestBucket.Checksum(ChecksumAlgorithm.Sha256, s_parts[1]);
        (await bucket.PutPartAsync("key", id, 1, s_parts[2], ("x-amz-checksum-sha256", wrong))).ErrorCode.ShouldBe("BadDigest");
    }

    [Fact]
    public async Task An_object_of_ten_thousand_parts_is_read_and_collected()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.CollectAsync();
        var (metadata, token) = (fixture.Host.Metadata, TestContext.Current.CancellationToken);
        var record = (await metadata.FindBucketAsync(bucket.Name, token))!;
        var id = await bucket.CreateUploadAsync("key");
        var parts = ImmutableArray.CreateBuilder<PartRecord>();
        var expected = new List<byte>();

        // Four parts have bytes; the rows of the others cost little.
        for (var number = 1; number <= 10_000; number++)
        {
            var bytes = BitConverter.GetBytes(number);
            StoredBlob? blob = number is 1 or 5_000 or 5_001 or 10_000
                ? await fixture.Host.Storage.WriteAsync(
                    new BlobAddress(bucket.Name, "key", new BlobId(9, 9, (ulong)((record.BucketId * 100_000) + number)), IsPart: true),
                    new MemoryStream(bytes), 4, token)
                : null;
            var part = new PartRecord
            {
                UploadId = id,
                PartNumber = number,
                Size = blob is null ? 0 : 4,
                ETag = TestBucket.Md5(blob is null ? [] : bytes),
                Segments = blob is { } b ? [new Segment(SegmentKind.Blob, b.Id.Value, b.Backend, b.Locator, 4, b.StoredLength)] : [],
            };
            parts.Add(part);
            expected.AddRange(blob is null ? [] : bytes);
        }

        foreach (var batch in parts.Chunk(200))
        {
            await Task.WhenAll(batch.Select(part => metadata.ExecuteAsync(
                new PutPart { Time = TimeProvider.System.GetUtcNow(), Bucket = bucket.Name, BucketId = record.BucketId, Key = "key", Part = part }, token).AsTask()));
        }

        (await metadata.ExecuteAsync(
            new CompleteUpload
            {
                Time = TimeProvider.System.GetUtcNow(),
                Bucket = bucket.Name,
                BucketId = record.BucketId,
                UploadId = id,
                Object = new ObjectRecord { Key = "key", Size = 16, ETag = "x-10000", Acl = record.Acl },
                Parts = [.. parts.Select(part => new ManifestPart(part.PartNumber, part.Size))],
                PartsDigest = CompleteUpload.DigestParts(parts),
                PartListDigest = new byte[32],
            },
            token)).Status.ShouldBe(WriteStatus.Done);

        (await bucket.GetAsync("key")).Body.ShouldBe(expected);
        (await bucket.GetAsync("key", ("Range", "bytes=3-12"))).Body.ShouldBe(expected[3..13]);
        (await bucket.GetAsync("key", ("Range", "bytes=-1"))).Body.ShouldBe(expected[^1..]);
        foreach (var number in (int[])[1, 5_001, 10_000])
        {
            var got = await bucket.SendAsync("GET", "key", string.Create(CultureInfo.InvariantCulture, $"partNumber={number}"), null);
            got.Status.ShouldBe(206);
            got.Body.ShouldBe(BitConverter.GetBytes(number));
            got.Header("x-amz-mp-parts-count").ShouldBe("10000");
        }

        var blobs = await bucket.CountBlobsAsync();
        await bucket.DeleteAsync("key");
        await bucket.CollectAsync();
        (await bucket.CountBlobsAsync()).ShouldBe(blobs - 4);
        (await metadata.ListPartsAsync(id, 0, 10, token)).ShouldBeEmpty();
        (await metadata.FindManifestChunkAsync(id, chunk: 0, token)).ShouldBeNull();
    }
}

/// <inheritdoc/>
public sealed class MemoryMultipartReadTests(MemoryApiHost fixture) : MultipartReadTests(fixture), IClassFixture<MemoryApiHost>;

/// <inheritdoc/>
public sealed class DurableMultipartReadTests(DurableApiHost fixture) : MultipartReadTests(fixture), IClassFixture<DurableApiHost>;
