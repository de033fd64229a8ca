using BleepStore.Api.Checksums;
using BleepStore.Api.Protocol;

namespace BleepStore.Tests.Checksums;

/// <summary>What names a checksum is understood, or refused; never ignored.</summary>
public sealed class ChecksumAlgorithmsTests
{
    [Fact]
    public void The_numbers_that_reach_disk_stay()
        => ChecksumAlgorithms.All.Select(i => $"{(int)i.Algorithm} {i.Name} {i.HeaderName} {i.LengthBytes}").ShouldBe(
        [
            "1 CRC32 x-amz-checksum-crc32 4",
            "2 CRC32C x-amz-checksum-crc32c 4",
            "3 CRC64NVME x-amz-checksum-crc64nvme 8",
            "4 SHA1 x-amz-checksum-sha1 20",
            "5 SHA256 x-amz-checksum-sha256 32",
        ]);

    [Fact]
    public void The_numbers_of_types_that_reach_disk_stay()
        => (((int)ChecksumType.FullObject), ((int)ChecksumType.Composite)).ShouldBe((1, 2));

    [Theory]
    [InlineData("sha512", "NotImplemented")]
    [InlineData("MD5", "NotImplemented")]
    [InlineData("XXHASH3", "NotImplemented")]
    [InlineData("XXHASH64", "NotImplemented")]
    [InlineData("XXHASH128", "NotImplemented")]
    [InlineData("CRC16", "InvalidRequest")]
    [InlineData("", "InvalidRequest")]
    public void A_name_that_is_not_ours_is_refused(string name, string code)
    {
        Should.Throw<S3Exception>(() => ChecksumAlgorithms.ParseName(name)).Error.Code.ShouldBe(code);
        Should.Throw<S3Exception>(() => ChecksumAlgorithms.FromHeaderName("x-amz-checksum-" + name)).Error.Code.ShouldBe(code);
    }

    [Theory]
    [InlineData("x-amz-checksum-algorithm")]
    [InlineData("X-Amz-Checksum-Mode")]
    [InlineData("x-amz-checksum-type")]
    [InlineData("x-amz-content-sha256")]
    public void Headers_without_a_value_are_not_checksums(string name) => ChecksumAlgorithms.FromHeaderName(name).ShouldBeNull();

    [Fact]
    public void Names_and_headers_are_read_in_any_case()
    {
        ChecksumAlgorithms.ParseName("crc64nvme").ShouldBe(ChecksumAlgorithm.Crc64Nvme);
        ChecksumAlgorithms.FromHeaderName("X-Amz-Checksum-Crc32C").ShouldBe(ChecksumAlgorithm.Crc32C);
    }

    [Theory]
    [InlineData("CRC32", null, "COMPOSITE")]
    [InlineData("CRC32", "FULL_OBJECT", "FULL_OBJECT")]
    [InlineData("CRC32C", "composite", "COMPOSITE")]
    [InlineData("CRC64NVME", null, "FULL_OBJECT")]
    [InlineData("SHA256", null, "COMPOSITE")]
    [InlineData("CRC64NVME", "COMPOSITE", null)]
    [InlineData("SHA1", "FULL_OBJECT", null)]
    [InlineData("SHA256", "FULL_OBJECT", null)]
    [InlineData("CRC32", "HALF", null)]
    public void The_type_of_an_upload_follows_from_algorithm_and_header(string name, string? header, string? expected)
    {
        var algorithm = ChecksumAlgorithms.ParseName(name);
        if (expected is null)
        {
            var error = Should.Throw<S3Exception>(() => ChecksumAlgorithms.ResolveMultipartType(algorithm, header)).Error;
            error.Code.ShouldBe("InvalidRequest");
        }
        else
        {
            ChecksumAlgorithms.ResolveMultipartType(algorithm, header).Name().ShouldBe(expected);
        }
    }

    [Theory]
    [InlineData("y/Q5Jg==", true)]
    [InlineData("y/Q5Jg=", false)]
    [InlineData("y/Q5Jg", false)]
    [InlineData("y/Q5 Jg==", false)]
    [InlineData("y_Q5Jg==", false)]
    [InlineData("y/Q5Jh==", false)]
    [InlineData("y/Q5Jicm", false)]
    [InlineData("cbf43926", false)]
    [InlineData("", false)]
    public void A_value_is_strict_base64_of_the_right_length(string text, bool isValid)
        => (ChecksumAlgorithms.DecodeValue(ChecksumAlgorithm.Crc32, text) is not null).ShouldBe(isValid);
}
