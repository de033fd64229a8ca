using System.Collections.Immutable;
using BleepStore.Api.Configurations;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>PutBucketLogging: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html</summary>
internal sealed class PutBucketLogging(BucketConfigurations configurations, IMetadataStore metadata) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("PutBucketLogging", "PUT", S3Resource.Bucket)
    {
        Summary = "Sets where the access log of a bucket goes, or ends it.",
        Query = ["logging"],
        OptionalHeaders = ["x-amz-expected-bucket-owner", .. ObjectHeaders.Integrity],
        RequestBody = S3Body.Xml("BucketLoggingStatus"),
        Errors = [S3Errors.InvalidArgument, S3Errors.InvalidTargetBucketForLogging, S3Errors.MalformedXML, S3Errors.MissingRequestBodyError, S3Errors.NoSuchBucket, S3Errors.UnresolvableGrantByEmailAddress],
        Demands = request => [Demand.OnBucket("s3:PutBucketLogging", permission: null, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var logging = LoggingConfiguration.Document.Parse(await BucketConfigurations.ReadBodyAsync(request, integrityMustBeSent: false, cancellationToken));
        if (logging.TargetBucket is null)
        {
            return await configurations.SetAsync(request, LoggingConfiguration.Document.Name, document: null, cancellationToken) is { } error ? error : S3Response.Ok();
        }

        return await RefuseTargetAsync(request, logging.TargetBucket, cancellationToken) is { } refusal
            ? refusal
            : await configurations.PutAsync(request, LoggingConfiguration.Document, await ResolveAsync(logging, cancellationToken), cancellationToken);
    }

    private async ValueTask<S3Error?> RefuseTargetAsync(S3Request request, string target, CancellationToken cancellationToken)
    {
        var bucket = target == request.Bucket.Name ? request.Bucket : await metadata.FindBucketAsync(target, cancellationToken);
        return bucket is null ? S3Errors.InvalidTargetBucketForLogging.Because("The target bucket for logging does not exist").With("TargetBucket", target)
            : bucket.OwnerId != request.Bucket.OwnerId ? S3Errors.InvalidTargetBucketForLogging.With("TargetBucket", target)
            : null;
    }

    // An address names whoever has it now; the document keeps the account.
    private async ValueTask<LoggingConfiguration> ResolveAsync(LoggingConfiguration logging, CancellationToken cancellationToken)
    {
        var grants = ImmutableArray.CreateBuilder<LogGrant>(logging.TargetGrants.Length);
        foreach (var grant in logging.TargetGrants)
        {
            grants.Add(grant.GranteeType switch
            {
                LogGrant.ByEmail => await metadata.FindAccountByEmailAsync(grant.Grantee, cancellationToken) is { } account
                    ? grant with { GranteeType = LogGrant.CanonicalUser, Grantee = account.Id }
                    : throw new S3Exception(S3Errors.UnresolvableGrantByEmailAddress),
                LogGrant.CanonicalUser when await metadata.FindAccountAsync(grant.Grantee, cancellationToken) is null
                    => throw new S3Exception(S3Errors.Argument("CanonicalUser/ID", grant.Grantee, "Invalid id")),
                _ => grant,
            });
        }

        return logging with { TargetGrants = grants.DrainToImmutable() };
    }
}
