using BleepStore.Api.Acl;
using BleepStore.Api.Configurations;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Access;

/// <summary>PutBucketOwnershipControls: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html</summary>
internal sealed class PutBucketOwnershipControls(BucketConfigurations configurations) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("PutBucketOwnershipControls", "PUT", S3Resource.Bucket)
    {
        Summary = "Decides whose the objects of a bucket are.",
        Query = ["ownershipControls"],
        OptionalHeaders = ["x-amz-expected-bucket-owner", .. ObjectHeaders.Integrity],
        RequestBody = S3Body.Xml("OwnershipControls"),
        Errors = [S3Errors.InvalidBucketAclWithObjectOwnership, S3Errors.MalformedXML, S3Errors.MissingRequestBodyError, S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:PutBucketOwnershipControls", permission: null, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var body = await BucketConfigurations.ReadBodyAsync(request, integrityMustBeSent: false, cancellationToken);
        var controls = OwnershipControls.Document.Parse(body);
        return controls.Ownership == ObjectOwnership.BucketOwnerEnforced && AclRules.GrantsToOthers(request.Bucket.Acl)
            ? S3Errors.InvalidBucketAclWithObjectOwnership.With("BucketName", request.Bucket.Name)
            : await configurations.PutAsync(request, OwnershipControls.Document, controls, cancellationToken);
    }
}
