using BleepStore.Api.Acl;
using BleepStore.Api.Auth;
using BleepStore.Api.Configuration;
using BleepStore.Api.Configurations;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;
using Commands = BleepStore.Metadata.Commands;

namespace BleepStore.Api.Operations.Buckets;

/// <summary>CreateBucket: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html</summary>
internal sealed class CreateBucket(IMetadataStore metadata, Authorizer authorizer, AclReader acls, StoreRegion region, TimeProvider time) : IS3Operation
{
    private const string ClassicRegion = "us-east-1";
    private const string LockHeader = "x-amz-bucket-object-lock-enabled";
    private const string OwnershipHeader = "x-amz-object-ownership";

    public static S3OperationDefinition Definition { get; } = new("CreateBucket", "PUT", S3Resource.Bucket)
    {
        Summary = "Makes a bucket of the caller's.",
        OptionalHeaders =
        [
            "x-amz-acl", "x-amz-grant-read", "x-amz-grant-write", "x-amz-grant-read-acp", "x-amz-grant-write-acp", "x-amz-grant-full-control", LockHeader,
            OwnershipHeader,
        ],
        RequestBody = S3Body.Xml("CreateBucketConfiguration"),
        Event = EventTypes.BucketCreated,
        Errors =
        [
            S3Errors.BadRequest, S3Errors.BucketAlreadyExists, S3Errors.BucketAlreadyOwnedByYou, S3Errors.IllegalLocationConstraintException, S3Errors.InvalidBucketName,
            S3Errors.InvalidBucketAclWithObjectOwnership, S3Errors.InvalidLocationConstraint, S3Errors.InvalidTag, S3Errors.MalformedXML,
        ],
        Demands = request => [Demand.OnService("s3:CreateBucket", request.Bucket)],
        HasConditionsOnDocument = true,
        HeaderActions = HeaderAction.OfNewBucket,
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var name = request.Incoming.Bucket ?? "";
        if (!BucketName.IsValid(name))
        {
            return S3Errors.InvalidBucketName.With("BucketName", name);
        }

        ObjectHeaders.RefuseUnsupported(request);
        var document = await request.ReadDocumentAsync(cancellationToken);
        var configuration = ReadConfiguration(document);
        if (CheckLocation(configuration?.ChildText("LocationConstraint")) is { } wrongPlace)
        {
            return wrongPlace;
        }

        var tags = configuration?.Child("Tags") is { } element ? Tags.OfNewBucket(element) : [];
        if (!tags.IsEmpty && !await authorizer.IsAllowedOnNewBucketAsync(request, "s3:TagResource", document, cancellationToken))
        {
            return S3Errors.AccessDenied;
        }

        var given = await acls.FromHeadersAsync(request, request.CallerId, bucketOwnerId: null, cancellationToken);
        var bucket = new BucketRecord
        {
            Name = name,
            Region = region.Name,
            OwnerId = request.CallerId,
            ObjectLockEnabled = ReadLock(request),
            Acl = given ?? CannedAcl.Private(request.CallerId),
        };
        if (ReadOwnership(request) is { } controls)
        {
            if (controls.Ownership == ObjectOwnership.BucketOwnerEnforced && AclRules.GrantsToOthers(bucket.Acl))
            {
                return S3Errors.InvalidBucketAclWithObjectOwnership.With("BucketName", name);
            }

            bucket = bucket with { Configurations = bucket.Configurations.SetItem(OwnershipControls.Document.Name, OwnershipControls.Document.Format(controls)) };
        }

        if (!tags.IsEmpty)
        {
            bucket = bucket with { Configurations = bucket.Configurations.SetItem(BucketTagging.Document.Name, BucketTagging.Document.Format(new BucketTagging(tags))) };
        }

        var outcome = await metadata.ExecuteAsync(new Commands.CreateBucket { Time = time.GetUtcNow(), Bucket = bucket }, cancellationToken);
        if (outcome.Status == Commands.WriteStatus.BucketExists && outcome.OwnerId == request.CallerId)
        {
            // Only the oldest region answers its owner's second attempt with success.
            return region.Name == ClassicRegion
                ? await RecreateAsync(request, bucket, isListGiven: given is not null, cancellationToken)
                : S3Errors.BucketAlreadyOwnedByYou.With("BucketName", name);
        }

        return OutcomeErrors.Map(outcome, request) is { } error ? error : Created(name);
    }

    /// <summary>The bucket stays as it is but for its access control list, which becomes the one of this request, as AWS documents.</summary>
    private async ValueTask<S3Response> RecreateAsync(S3Request request, BucketRecord bucket, bool isListGiven, CancellationToken cancellationToken)
    {
        if (await metadata.FindBucketAsync(bucket.Name, cancellationToken) is { } existing && existing.OwnerId == bucket.OwnerId)
        {
            // A success would say that it has the lock, or the tags, that were asked for.
            var tagging = BucketTagging.Document.Name;
            if ((bucket.ObjectLockEnabled && !existing.ObjectLockEnabled)
                || (bucket.Configurations.GetValueOrDefault(tagging) is { } tags && tags != existing.Configurations.GetValueOrDefault(tagging)))
            {
                return S3Errors.BucketAlreadyOwnedByYou.With("BucketName", bucket.Name);
            }

            // To create it again is no way around what PutBucketAcl takes, and what the bucket says of lists.
            if (isListGiven && !await authorizer.IsAllowedAsync(
                request.Verified, Definition, Demand.OnBucket("s3:PutBucketAcl", AclPermission.WriteAcp, request.Incoming), existing, cancellationToken))
            {
                return S3Errors.AccessDenied;
            }

            if (isListGiven)
            {
                AclLimits.Check(request, existing, bucket.Acl);
            }

            // A bucket that went away meanwhile has no list to set; it did exist when it was created again.
            await metadata.ExecuteAsync(
                new Commands.SetBucketAcl { Time = time.GetUtcNow(), Bucket = bucket.Name, BucketId = existing.BucketId, Acl = bucket.Acl }, cancellationToken);
        }

        return Created(bucket.Name);
    }

    private static bool ReadLock(S3Request request) => request.Header(LockHeader)?.ToUpperInvariant() switch
    {
        null or "FALSE" => false,
        "TRUE" => true,
        _ => throw new S3Exception(S3Errors.Argument(LockHeader, request.Header(LockHeader), "Object lock is enabled with true or not with false.")),
    };

    private static OwnershipControls? ReadOwnership(S3Request request) => request.Header(OwnershipHeader) switch
    {
        null => null,
        var name => OwnershipControls.Named(name) is { } ownership
            ? new OwnershipControls(ownership)
            : throw new S3Exception(S3Errors.Argument(OwnershipHeader, name, $"Invalid {OwnershipHeader} header: {name}")),
    };

    // Location and Bucket describe directory buckets, which are not there.
    private static XmlNode? ReadConfiguration(ReadOnlyMemory<byte> document)
    {
        if (document.IsEmpty)
        {
            return null;
        }

        var configuration = XmlNode.Parse(document, "CreateBucketConfiguration").Allow("LocationConstraint", "Location", "Bucket", "Tags");
        return configuration.Children.All(child => child.Name is "LocationConstraint" or "Tags")
            ? configuration
            : throw new S3Exception(S3Errors.NotImplemented);
    }

    private static S3Response Created(string name) => S3Response.Ok().With("Location", "/" + name).With("x-amz-bucket-arn", BucketName.ToArn(name));

    private S3Error? CheckLocation(string? constraint)
    {
        if (constraint is null)
        {
            return region.Name == ClassicRegion ? null : S3Errors.IllegalLocationConstraintException.Because(
                "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.");
        }

        if (constraint == ClassicRegion || (constraint != region.Name && constraint != "EU" && !StoreRegion.IsRegion(constraint)))
        {
            return S3Errors.InvalidLocationConstraint.With("LocationConstraint", constraint);
        }

        return constraint == region.Name || (constraint == "EU" && region.Name == "eu-west-1") ? null : S3Errors.IllegalLocationConstraintException.Because(
            $"The {constraint} location constraint is incompatible for the region specific endpoint this request was sent to.");
    }
}
