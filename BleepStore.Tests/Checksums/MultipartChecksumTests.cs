using System.Security.Cryptography;
using BleepStore.Api.Checksums;

namespace BleepStore.Tests.Checksums;

/// <summary>Checksums of multipart objects, made from those of the parts.</summary>
public sealed class MultipartChecksumTests
{
    [Theory]
    [InlineData("CRC32")]
    [InlineData("CRC32C")]
    [InlineData("CRC64NVME")]
    public void A_full_object_checksum_is_that_of_one_upload_of_the_same_bytes(string name)
    {
        var algorithm = ChecksumAlgorithms.ParseName(name);
        var random = new Random(7);
        var whole = new byte[100_000];
        random.NextBytes(whole);
        using var checksum = new MultipartChecksum(algorithm, ChecksumType.FullObject);
        for (var at = 0; at < whole.Length;)
        {
            var count = Math.Min(whole.Length - at, random.Next(0, 30_000));
            checksum.Append(RunningChecksum.Compute(algorithm, whole.AsSpan(at, count)), count);
            at += count;
        }

        checksum.Finish().ShouldBe(RunningChecksum.Compute(algorithm, whole));
    }

    [Theory]
    [InlineData("CRC32")]
    [InlineData("CRC32C")]
    [InlineData("SHA1")]
    [InlineData("SHA256")]
    public void A_composite_checksum_is_that_of_the_parts_checksums(string name)
    {
        var algorithm = ChecksumAlgorithms.ParseName(name);
        var first = RunningChecksum.Compute(algorithm, "first"u8);
        var second = RunningChecksum.Compute(algorithm, "second"u8);
        using var checksum = new MultipartChecksum(algorithm, ChecksumType.Composite);
        checksum.Append(first, 5);
        checksum.Append(second, 6);
        checksum.PartCount.ShouldBe(2);
        checksum.Finish().ShouldBe(RunningChecksum.Compute(algorithm, [.. first, .. second]));
    }

    [Fact]
    public void Only_a_composite_checksum_is_written_with_its_number_of_parts()
    {
        var value = SHA1.HashData("x"u8);
        MultipartChecksum.Format(value, ChecksumType.Composite, partCount: 3).ShouldBe(Convert.ToBase64String(value) + "-3");
        MultipartChecksum.Format(value, ChecksumType.FullObject, partCount: 3).ShouldBe(Convert.ToBase64String(value));
    }

    [Fact]
    public void A_part_with_a_checksum_of_another_length_is_a_mistake_of_ours()
    {
        using var checksum = new MultipartChecksum(ChecksumAlgorithm.Crc32, ChecksumType.FullObject);
        Should.Throw<ArgumentException>(() => checksum.Append(new byte[8], 1));
    }
}
