using BleepStore.Api.Acl;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Buckets;

/// <summary>GetBucketAcl: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html</summary>
internal sealed class GetBucketAcl(IMetadataStore metadata) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetBucketAcl", "GET", S3Resource.Bucket)
    {
        Summary = "Shows who may do what with a bucket.",
        Query = ["acl"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("AccessControlPolicy"),
        Errors = [S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:GetBucketAcl", AclPermission.ReadAcp, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var acl = AclLimits.InForce(request.Bucket, request.Bucket.Acl);
        var names = await AclXml.FindNamesAsync(metadata, acl, cancellationToken);
        return S3Response.OfXml(writer => AclXml.Write(writer, acl, names));
    }
}
