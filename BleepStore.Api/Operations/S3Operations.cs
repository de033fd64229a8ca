using System.Collections.Immutable;
using BleepStore.Api.Operations.Access;
using BleepStore.Api.Operations.Buckets;
using BleepStore.Api.Operations.Configurations;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Operations.Service;
using BleepStore.Api.Operations.Uploads;

namespace BleepStore.Api.Operations;

/// <summary>Every operation that exists. What is not in this list is answered with 501 NotImplemented.</summary>
internal static class S3Operations
{
    public static readonly ImmutableArray<S3Route> All =
    [
        S3Route.To<ListBuckets>(),
        S3Route.To<CreateBucket>(),
        S3Route.To<DeleteBucket>(),
        S3Route.To<HeadBucket>(),
        S3Route.To<GetBucketLocation>(),
        S3Route.To<GetObjectLockConfiguration>(),
        S3Route.To<PutObjectLockConfiguration>(),
        S3Route.To<GetBucketAcl>(),
        S3Route.To<PutBucketAcl>(),
        S3Route.To<GetBucketVersioning>(),
        S3Route.To<PutBucketVersioning>(),
        S3Route.To<GetBucketTagging>(),
        S3Route.To<PutBucketTagging>(),
        S3Route.To<DeleteBucketTagging>(),
        S3Route.To<GetBucketCors>(),
        S3Route.To<PutBucketCors>(),
        S3Route.To<DeleteBucketCors>(),
        S3Route.To<GetBucketEncryption>(),
        S3Route.To<PutBucketEncryption>(),
        S3Route.To<DeleteBucketEncryption>(),
        S3Route.To<GetBucketRequestPayment>(),
        S3Route.To<PutBucketRequestPayment>(),
        S3Route.To<GetBucketAccelerateConfiguration>(),
        S3Route.To<PutBucketAccelerateConfiguration>(),
        S3Route.To<GetBucketNotificationConfiguration>(),
        S3Route.To<PutBucketNotificationConfiguration>(),
        S3Route.To<GetBucketLifecycleConfiguration>(),
        S3Route.To<PutBucketLifecycleConfiguration>(),
        S3Route.To<DeleteBucketLifecycle>(),
        S3Route.To<GetBucketWebsite>(),
        S3Route.To<PutBucketWebsite>(),
        S3Route.To<DeleteBucketWebsite>(),
        S3Route.To<GetBucketLogging>(),
        S3Route.To<PutBucketLogging>(),
        S3Route.To<GetBucketPolicy>(),
        S3Route.To<PutBucketPolicy>(),
        S3Route.To<DeleteBucketPolicy>(),
        S3Route.To<GetBucketPolicyStatus>(),
        S3Route.To<GetPublicAccessBlock>(),
        S3Route.To<PutPublicAccessBlock>(),
        S3Route.To<DeletePublicAccessBlock>(),
        S3Route.To<GetBucketOwnershipControls>(),
        S3Route.To<PutBucketOwnershipControls>(),
        S3Route.To<DeleteBucketOwnershipControls>(),
        S3Route.To<ListObjects>(),
        S3Route.To<ListObjectsV2>(),
        S3Route.To<ListObjectVersions>(),
        S3Route.To<DeleteObjects>(),
        S3Route.To<PostObject>(),
        S3Route.To<PutObject>(),
        S3Route.To<GetObject>(),
        S3Route.To<HeadObject>(),
        S3Route.To<GetObjectAttributes>(),
        S3Route.To<GetObjectRetention>(),
        S3Route.To<PutObjectRetention>(),
        S3Route.To<GetObjectLegalHold>(),
        S3Route.To<PutObjectLegalHold>(),
        S3Route.To<DeleteObject>(),
        S3Route.To<CopyObject>(),
        S3Route.To<GetObjectAcl>(),
        S3Route.To<PutObjectAcl>(),
        S3Route.To<GetObjectTagging>(),
        S3Route.To<PutObjectTagging>(),
        S3Route.To<DeleteObjectTagging>(),
        S3Route.To<CreateMultipartUpload>(),
        S3Route.To<UploadPart>(),
        S3Route.To<UploadPartCopy>(),
        S3Route.To<CompleteMultipartUpload>(),
        S3Route.To<AbortMultipartUpload>(),
        S3Route.To<ListParts>(),
        S3Route.To<ListMultipartUploads>(),
    ];
}
