using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;

namespace BleepStore.Api.Configurations;

/// <summary>How objects are encrypted that come without a wish of their own: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html</summary>
/// <param name="Algorithm"><c>AES256</c> or <c>aws:kms</c>.</param>
/// <param name="KeyId">Id or ARN of the KMS key; null for the default one.</param>
/// <param name="BucketKeyEnabled">Whether fewer calls to KMS were asked for; null where nothing was said.</param>
internal sealed record EncryptionConfiguration(string Algorithm, string? KeyId, bool? BucketKeyEnabled)
{
    public const string Aes256 = "AES256";
    public const string Kms = "aws:kms";

    public static readonly ConfigurationDocument<EncryptionConfiguration> Document = new(
        "encryption", "ServerSideEncryptionConfiguration", Parse, Write);

    private static EncryptionConfiguration Parse(XmlNode node)
    {
        var rule = node.Allow("Rule").Children is [var only] ? only : throw XmlValues.Malformed();
        rule.Allow("ApplyServerSideEncryptionByDefault", "BucketKeyEnabled", "BlockedEncryptionTypes");
        if (rule.Child("BlockedEncryptionTypes") is { } blocked && blocked.Allow("EncryptionType").Texts("EncryptionType") is not ["NONE"])
        {
            throw new S3Exception(S3Errors.NotImplemented.Because("No type of encryption can be blocked here."));
        }

        var byDefault = rule.Child("ApplyServerSideEncryptionByDefault")?.Allow("SSEAlgorithm", "KMSMasterKeyID") ?? throw XmlValues.Malformed();
        var algorithm = byDefault.OneOf("SSEAlgorithm", Aes256, Kms, "aws:kms:dsse") ?? throw XmlValues.Malformed();
        var keyId = byDefault.Word("KMSMasterKeyID");
        if (keyId is not null && algorithm == Aes256)
        {
            throw new S3Exception(S3Errors.InvalidArgument
                .Because("a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse")
                .With("ArgumentName", "ApplyServerSideEncryptionByDefault"));
        }

        return algorithm is Aes256 or Kms
            ? new EncryptionConfiguration(algorithm, string.IsNullOrEmpty(keyId) ? null : keyId, rule.Flag("BucketKeyEnabled"))
            : throw new S3Exception(S3Errors.NotImplemented.Because("Dual-layer encryption is not available here."));
    }

    private static void Write(S3XmlWriter writer, EncryptionConfiguration configuration)
    {
        writer.Start("Rule");
        writer.Start("ApplyServerSideEncryptionByDefault");
        writer.Element("SSEAlgorithm", configuration.Algorithm);
        writer.Optional("KMSMasterKeyID", configuration.KeyId);
        writer.End();
        writer.Element("BucketKeyEnabled", configuration.BucketKeyEnabled ?? false);
        writer.End();
    }
}
