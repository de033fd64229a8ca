using BleepStore.Api.Encryption;

namespace BleepStore.Tests.Encryption;

/// <summary>How keys of the ring are named.</summary>
public sealed class KmsKeyRingTests
{
    private static readonly KmsKeyRing Ring = new(
        [new("first", new byte[32]), new("alias/second", new byte[32]), new("arn:aws:kms:eu-west-1:123456789012:key/third", new byte[32])]);

    [Theory]
    [InlineData("first", "first")]
    [InlineData("key/first", "first")]
    [InlineData("arn:aws:kms:us-east-1:1:key/first", "first")]
    [InlineData("arn:aws:kms:us-east-1:1:alias/second", "alias/second")]
    [InlineData("alias/second", "alias/second")]
    [InlineData("third", "arn:aws:kms:eu-west-1:123456789012:key/third")]
    [InlineData("arn:aws:kms:eu-west-1:123456789012:key/third", "arn:aws:kms:eu-west-1:123456789012:key/third")]
    [InlineData("First", null)]
    [InlineData("alias/first", null)]
    [InlineData("second", null)]
    [InlineData("arn:aws:s3:us-east-1:1:key/first", null)]
    [InlineData("", null)]
    public void A_key_is_found_by_id_alias_or_ARN(string name, string? id) => (Ring.Find(name)?.Id).ShouldBe(id);

    [Fact]
    public void The_first_key_is_that_of_requests_that_name_none()
    {
        Ring.Default!.Id.ShouldBe("first");
        KmsKeyRing.Empty.Default.ShouldBeNull();
        Ring.Keys[0].ToString().ShouldBe("KMS key first");
    }
}
