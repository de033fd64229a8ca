using BleepStore.Api.Acl;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Objects;

/// <summary>GetObjectAcl: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAcl.html</summary>
internal sealed class GetObjectAcl(IMetadataStore metadata) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetObjectAcl", "GET", S3Resource.Object)
    {
        Summary = "Shows who may do what with an object.",
        Query = ["acl"],
        OptionalQuery = ["versionId"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("AccessControlPolicy"),
        Errors = [S3Errors.MethodNotAllowed, S3Errors.NoSuchBucket, S3Errors.NoSuchKey, S3Errors.NoSuchVersion],
        Demands = request => [Demand.OnObjectVersion("s3:GetObjectAcl", "s3:GetObjectVersionAcl", AclPermission.ReadAcp, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        if (request.Object is not { } record)
        {
            return ObjectVersions.Missing(request);
        }

        var acl = AclLimits.InForce(request.Bucket, record.Acl);
        var names = await AclXml.FindNamesAsync(metadata, acl, cancellationToken);
        return S3Response.OfXml(writer => AclXml.Write(writer, acl, names)).WithVersion(request.Bucket, record);
    }
}
