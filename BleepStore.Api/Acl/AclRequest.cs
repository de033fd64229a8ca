using BleepStore.Api.Bodies;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Acl;

/// <summary>Reads the list that PutBucketAcl and PutObjectAcl get: headers or a document, one of them.</summary>
internal static class AclRequest
{
    /// <summary>The list that the request gives.</summary>
    /// <exception cref="S3Exception">Both forms, or neither.</exception>
    public static async ValueTask<AccessControlList> ReadAsync(
        AclReader acls, S3Request request, string ownerId, string? bucketOwnerId, CancellationToken cancellationToken)
    {
        using var body = request.OpenBody(BodyRequirements.Document(S3Limits.MaxXmlBytes));
        var document = await body.ReadAllAsync(cancellationToken);
        var named = await acls.FromHeadersAsync(request, ownerId, bucketOwnerId, cancellationToken);
        var given = (named, document.Length) switch
        {
            ({ } acl, 0) => acl,
            (null, > 0) => await acls.FromXmlAsync(document, ownerId, cancellationToken),
            (not null, _) => throw new S3Exception(S3Errors.UnexpectedContent),
            _ => throw new S3Exception(S3Errors.MissingSecurityHeader.Because("Your request was missing a required header").With("MissingHeaderName", "x-amz-acl")),
        };
        AclLimits.Check(request, given);
        return given;
    }
}
