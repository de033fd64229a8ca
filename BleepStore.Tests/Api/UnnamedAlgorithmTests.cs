using System.Globalization;
using BleepStore.Api.Checksums;

namespace BleepStore.Tests.Api;

/// <summary>Uploads that name no checksum algorithm: what their parts may come with, and what the object has in the end.</summary>
public sealed class UnnamedAlgorithmTests(MemoryApiHost fixture) : IClassFixture<MemoryApiHost>
{
    private static readonly byte[] s_first = TestBucket.Bytes(5 << 20, seed: 1);
    private static readonly byte[] s_last = TestBucket.Bytes(1000, seed: 2);

    [Fact]
    public async Task Parts_may_come_with_any_algorithm_or_none_and_the_whole_has_a_CRC64NVME()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var id = await bucket.CreateUploadAsync("key");
        var crc = TestBucket.Checksum(ChecksumAlgorithm.Crc32, s_first);
        var first = await bucket.PutPartAsync("key", id, 1, s_first, ("x-amz-checksum-crc32", crc));
        (first.Header("x-amz-checksum-crc32"), first.Header("x-amz-checksum-crc64nvme")).ShouldBe((crc, null));
        var last = await bucket.PutPartAsync("key", id, 2, s_last);
        last.Header("x-amz-checksum-crc64nvme").ShouldBe(TestBucket.Checksum(ChecksumAlgorithm.Crc64Nvme, s_last));

        // Ours is no checksum that anybody asked for.
        var listed = await bucket.SendAsync("GET", "key", $"uploadId={id}", null);
        (listed.Element("ChecksumCRC32"), listed.Element("ChecksumCRC64NVME"), listed.Element("ChecksumType")).ShouldBe((crc, null, null));
        var completed = await bucket.CompleteAsync("key", id, TestBucket.PartList((1, TestBucket.Md5(s_first)), (2, TestBucket.Md5(s_last))));
        var whole = TestBucket.Checksum(ChecksumAlgorithm.Crc64Nvme, [.. s_first, .. s_last]);
        (completed.Element("ChecksumCRC64NVME"), completed.Element("ChecksumType")).ShouldBe((whole, "FULL_OBJECT"), completed.Text);
        var head = await bucket.HeadAsync("key", ("x-amz-checksum-mode", "ENABLED"));
        (head.Header("x-amz-checksum-crc64nvme"), head.Header("x-amz-checksum-type")).ShouldBe((whole, "FULL_OBJECT"));
    }

    [Fact]
    public async Task A_copied_part_is_told_no_checksum_and_counts_for_the_whole()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("source", s_last, ("x-amz-checksum-sha256", TestBucket.Checksum(ChecksumAlgorithm.Sha256, s_last)));
        var id = await bucket.CreateUploadAsync("key");
        var copied = await bucket.SendAsync(
            "PUT", "key", $"partNumber=1&uploadId={id}", null, ("x-amz-copy-source", $"/{bucket.Name}/source"));
        copied.Text.ShouldNotContain("Checksum");
        var completed = await bucket.CompleteAsync("key", id, TestBucket.PartList((1, TestBucket.Md5(s_last))));
        completed.Element("ChecksumCRC64NVME").ShouldBe(TestBucket.Checksum(ChecksumAlgorithm.Crc64Nvme, s_last));
    }

    [Theory]
    [InlineData("CRC32")]
    [InlineData("CRC64NVME")]
    public async Task A_list_may_say_the_checksum_that_was_sent_and_the_one_that_was_told(string name)
    {
        var algorithm = ChecksumAlgorithms.ParseName(name);
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var id = await bucket.CreateUploadAsync("key");
        await bucket.PutPartAsync("key", id, 1, s_last, ("x-amz-checksum-crc32", TestBucket.Checksum(ChecksumAlgorithm.Crc32, s_last)));
        (await bucket.CompleteAsync("key", id, List(s_first))).ErrorCode.ShouldBe("InvalidPart");
        (await bucket.CompleteAsync("key", id, List(s_last))).Status.ShouldBe(200);

        string List(byte[] bytes) => string.Create(
            CultureInfo.InvariantCulture,
            $"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{TestBucket.Md5(s_last)}</ETag><Checksum{name}>{TestBucket.Checksum(algorithm, bytes)}</Checksum{name}></Part></CompleteMultipartUpload>");
    }

    [Theory]
    [InlineData("CRC64NVME", "BadDigest")]
    [InlineData("CRC32", "BadDigest")]
    [InlineData("CRC32C", null)]
    [InlineData("SHA256", null)]
    public async Task A_checksum_of_the_whole_is_compared_where_the_parts_can_tell_it(string name, string? error)
    {
        var (algorithm, header) = (ChecksumAlgorithms.ParseName(name), ChecksumAlgorithms.ParseName(name).Info().HeaderName);
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var id = await bucket.CreateUploadAsync("key");
        await bucket.PutPartAsync("key", id, 1, s_last, ("x-amz-checksum-crc32", TestBucket.Checksum(ChecksumAlgorithm.Crc32, s_last)));
        var list = TestBucket.PartList((1, TestBucket.Md5(s_last)));
        var wrong = await bucket.CompleteAsync("key", id, list, (header, TestBucket.Checksum(algorithm, s_first)));
        wrong.ErrorCode.ShouldBe(error);
        (await bucket.CompleteAsync("key", id, list, (header, TestBucket.Checksum(algorithm, s_last)))).Status.ShouldBe(200);
    }
}
