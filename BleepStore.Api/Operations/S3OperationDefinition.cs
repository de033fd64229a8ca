using System.Collections.Immutable;
using BleepStore.Api.Auth;
using BleepStore.Api.Protocol;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations;

/// <summary>What an operation is addressed to.</summary>
internal enum S3Resource
{
    Service,
    Bucket,
    Object,
}

/// <summary>What a request or response body holds.</summary>
internal enum S3BodyKind
{
    None,
    Bytes,
    Xml,
    Form,
    Json,
}

/// <summary>A body as the API document describes it.</summary>
/// <param name="Kind">None, raw bytes, XML, JSON or a form.</param>
/// <param name="Root">Name of the XML root element; empty otherwise.</param>
internal sealed record S3Body(S3BodyKind Kind, string Root = "")
{
    public static readonly S3Body None = new(S3BodyKind.None);
    public static readonly S3Body Bytes = new(S3BodyKind.Bytes);

    public static readonly S3Body Form = new(S3BodyKind.Form);

    public static readonly S3Body Json = new(S3BodyKind.Json);

    public static S3Body Xml(string root) => new(S3BodyKind.Xml, root);
}

/// <summary>
/// Everything that is known about an S3 operation, once: router, authoriser, metrics, traces, events, API document and the README's
/// support table are derived from it.
/// </summary>
/// <param name="Name">The AWS name: class, file, metric tag, trace name and operationId.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Resource">What the path names.</param>
internal sealed record S3OperationDefinition(string Name, string Method, S3Resource Resource)
{
    /// <summary>One sentence for the API document.</summary>
    public required string Summary { get; init; }

    /// <summary>What of it is not there, in a few words for the support table; null where all of it is.</summary>
    public string? Limitation { get; init; }

    /// <summary>Query parameters that select the operation: <c>uploads</c>, or with a value <c>list-type=2</c>.</summary>
    public ImmutableArray<string> Query { get; init; } = [];

    /// <summary>Header that selects the operation, e.g. <c>x-amz-copy-source</c>.</summary>
    public string? Header { get; init; }

    /// <summary>Query parameters the operation understands beside those that select it.</summary>
    public ImmutableArray<string> OptionalQuery { get; init; } = [];

    /// <summary>Request headers the operation understands.</summary>
    public ImmutableArray<string> OptionalHeaders { get; init; } = [];

    public S3Body RequestBody { get; init; } = S3Body.None;

    public S3Body ResponseBody { get; init; } = S3Body.None;

    /// <summary>Status of the best answer; 404 where what is asked for cannot be set, and so is never there.</summary>
    public int SuccessStatus { get; init; } = 200;

    /// <summary>Type of the event a success causes (see the event types); null for none.</summary>
    public string? Event { get; init; }

    /// <summary>Errors of its own, beside those every operation can answer.</summary>
    public ImmutableArray<S3Error> Errors { get; init; } = [];

    /// <summary>Why a request makes no sense from its sender, whatever his rights are; null where it always does.</summary>
    public Func<VerifiedRequest, S3Error?>? Refuse { get; init; }

    /// <summary>Rights the caller must have; all of them.</summary>
    public required Func<IncomingRequest, ImmutableArray<Demand>> Demands { get; init; }

    /// <summary>True where the body is a browser's form, whose fields stand for the headers and name the key.</summary>
    public bool TakesForm => RequestBody.Kind == S3BodyKind.Form;

    /// <summary>Headers whose meaning needs a further right on the same key or bucket, which policies can deny or have to allow.</summary>
    public ImmutableArray<HeaderAction> HeaderActions { get; init; } = [];

    /// <summary>True where conditions of policies speak of the document that is sent, so that it is read before they are asked.</summary>
    public bool HasConditionsOnDocument { get; init; }

    /// <summary>True for the operations on multipart uploads.</summary>
    public bool IsMultipart { get; init; }

    /// <summary>Tag of the API document: Service, Bucket, Object or MultipartUpload.</summary>
    public string Tag => IsMultipart ? "MultipartUpload" : Resource.ToString();

    /// <summary>Path template, the label of metrics: <c>/</c>, <c>/{bucket}</c> or <c>/{bucket}/{key}</c>.</summary>
    public string PathTemplate => Resource switch
    {
        S3Resource.Service => "/",
        S3Resource.Bucket => "/{bucket}",
        _ => "/{bucket}/{key}",
    };
}

/// <summary>A header that needs a right of its own.</summary>
/// <param name="Header">The header.</param>
/// <param name="Action">IAM action that it takes.</param>
/// <param name="Neutral">A value that asks for nothing, and so takes no right; null where every value asks for something.</param>
internal readonly record struct HeaderAction(string Header, string Action, string? Neutral = null)
{
    /// <summary>Those of CreateBucket: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html</summary>
    public static readonly ImmutableArray<HeaderAction> OfNewBucket =
    [
        new("x-amz-acl", "s3:PutBucketAcl"),
        new("x-amz-grant-read", "s3:PutBucketAcl"),
        new("x-amz-grant-write", "s3:PutBucketAcl"),
        new("x-amz-grant-read-acp", "s3:PutBucketAcl"),
        new("x-amz-grant-write-acp", "s3:PutBucketAcl"),
        new("x-amz-grant-full-control", "s3:PutBucketAcl"),
        new("x-amz-object-ownership", "s3:PutBucketOwnershipControls"),
        new("x-amz-bucket-object-lock-enabled", "s3:PutBucketObjectLockConfiguration", Neutral: "false"),
        new("x-amz-bucket-object-lock-enabled", "s3:PutBucketVersioning", Neutral: "false"),
    ];

    /// <summary>Those of everything that makes an object.</summary>
    public static readonly ImmutableArray<HeaderAction> OfNewObject =
    [
        new("x-amz-acl", "s3:PutObjectAcl"),
        new("x-amz-grant-read", "s3:PutObjectAcl"),
        new("x-amz-grant-write", "s3:PutObjectAcl"),
        new("x-amz-grant-read-acp", "s3:PutObjectAcl"),
        new("x-amz-grant-write-acp", "s3:PutObjectAcl"),
        new("x-amz-grant-full-control", "s3:PutObjectAcl"),
        new("x-amz-tagging", "s3:PutObjectTagging"),
    ];
}

/// <summary>One right that a request needs.</summary>
/// <param name="Action">IAM action, e.g. <c>s3:GetObject</c>.</param>
/// <param name="Resource">Whose record decides; a bucket's also over its keys, where no object is looked at.</param>
/// <param name="Permission">ACL permission that grants it on that bucket or object; null where only the owner has it.</param>
/// <param name="Bucket">Bucket it is needed on; null for the service.</param>
/// <param name="Key">Key it is needed on; null for a bucket or the service.</param>
internal sealed record Demand(string Action, S3Resource Resource, AclPermission? Permission = null, string? Bucket = null, string? Key = null)
{
    /// <summary>True for what is copied from.</summary>
    public bool IsCopySource { get; init; }

    /// <summary>The version it is needed on; null for the current object.</summary>
    public string? VersionId { get; init; }

    /// <summary>True where the handler asks about each key of the request: here only the bucket is looked up.</summary>
    public bool IsPerKey { get; init; }

    /// <summary>True for what is said of an object that the request makes.</summary>
    public bool IsOfNewObject { get; init; }

    /// <summary>The right to know which keys of the bucket exist.</summary>
    public Demand Listing => new("s3:ListBucket", S3Resource.Bucket, AclPermission.Read, Bucket) { IsCopySource = IsCopySource };

    /// <summary>A right on the service itself, which every account has for itself.</summary>
    /// <param name="action">IAM action.</param>
    /// <param name="bucket">The bucket that it is about, though no such bucket decides; null for all.</param>
    public static Demand OnService(string action, string? bucket = null) => new(action, S3Resource.Service, Bucket: bucket);

    /// <summary>A right on the request's bucket.</summary>
    public static Demand OnBucket(string action, AclPermission? permission, IncomingRequest request)
        => new(action, S3Resource.Bucket, permission, request.Bucket);

    /// <summary>A right on the request's key, whatever object is there: the bucket decides who writes and deletes.</summary>
    public static Demand OnKey(string action, AclPermission? permission, IncomingRequest request)
        => new(action, S3Resource.Bucket, permission, request.Bucket, request.Key);

    /// <summary>The right to delete a key of the request's bucket; to remove a version for ever is another one, which no list grants.</summary>
    public static Demand OnKeyVersion(string? versionId, IncomingRequest request)
        => versionId is null
            ? OnKey("s3:DeleteObject", AclPermission.Write, request)
            : OnKey("s3:DeleteObjectVersion", permission: null, request) with { VersionId = versionId };

    /// <summary>A right on the request's object as it stands; an absent one is reported as absent only to callers who may list.</summary>
    public static Demand OnObject(string action, AclPermission? permission, IncomingRequest request)
        => new(action, S3Resource.Object, permission, request.Bucket, request.Key);

    /// <summary>A right on the request's object, or on the version of it that the request names: another action.</summary>
    public static Demand OnObjectVersion(string action, string versionAction, AclPermission? permission, IncomingRequest request)
        => request.Query["versionId"] is { } versionId
            ? OnObject(versionAction, permission, request) with { VersionId = versionId }
            : OnObject(action, permission, request);
}
