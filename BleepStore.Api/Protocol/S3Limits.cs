namespace BleepStore.Api.Protocol;

/// <summary>All limits of the protocol, with AWS's numbers: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html</summary>
internal static class S3Limits
{
    public const int MaxKeyBytes = 1024;
    public const int MaxListKeys = 1000;
    public const int MaxDeleteKeys = 1000;
    public const int MaxBuckets = 10_000;
    public const int MaxPartNumber = 10_000;
    public const long MinPartBytes = 5L << 20;
    public const long MaxPutBytes = 5L << 30;
    public const long MaxCopyBytes = 5L << 30;
    public const int MaxUserMetadataBytes = 2048;
    public const int MaxTags = 10;
    public const int MaxBucketTags = 50;
    public const int MaxTagKeyLength = 128;
    public const int MaxTagValueLength = 256;
    public const int MaxGrants = 100;
    public const long MaxDeleteXmlBytes = 2L << 20;
    public const long MaxCompleteXmlBytes = 2L << 20;
    public const long MaxXmlBytes = 64L << 10;
    public const long MaxLifecycleXmlBytes = 1L << 20;
    public const int MaxXmlDepth = 16;
    public const int MaxXmlTagLength = 1024;
    public const long MaxFormBytes = 20L << 10;
    public const int MaxBoundaryLength = 70;
}
