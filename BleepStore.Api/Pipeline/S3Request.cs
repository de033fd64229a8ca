using BleepStore.Api.Auth;
using BleepStore.Api.Bodies;
using BleepStore.Api.Operations;
using BleepStore.Api.Protocol;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Pipeline;

/// <summary>A request that was authenticated and authorised, with the records its rights were decided on: all that a handler gets.</summary>
internal sealed class S3Request(VerifiedRequest verified, S3OperationDefinition definition, Authorization authorization)
{
    public VerifiedRequest Verified { get; } = verified;

    public S3OperationDefinition Definition { get; } = definition;

    public IncomingRequest Incoming => Verified.Incoming;

    public Caller Caller => Verified.Caller;

    /// <summary>The bucket the request was authorised against. Commands name its id, so that nothing lands in one made anew.</summary>
    public BucketRecord Bucket => authorization.Bucket ?? throw new InvalidOperationException($"{Definition.Name} asks for no bucket.");

    /// <summary>Key of the request.</summary>
    public string Key => Incoming.Key ?? throw new InvalidOperationException($"{Definition.Name} names no object.");

    /// <summary>The object the request was authorised against; null when it is absent or was not asked about.</summary>
    public ObjectRecord? Object => authorization.Object;

    /// <summary>The delete marker that stands where the object would: the newest version of the key, or the version that the request names.</summary>
    public ObjectRecord? DeleteMarker => authorization.DeleteMarker;

    /// <summary>The sealed bytes of <see cref="Object"/>, where they came with it; only for an operation that answers with them.</summary>
    public ReadOnlyMemory<byte>? InlineBody => authorization.InlineBody;

    /// <summary>Bucket of the copy source.</summary>
    public BucketRecord SourceBucket => authorization.SourceBucket ?? throw new InvalidOperationException($"{Definition.Name} copies nothing.");

    /// <summary>The copy source; null when it is absent.</summary>
    public ObjectRecord? SourceObject => authorization.SourceObject;

    /// <summary>The delete marker that stands where the copy source would.</summary>
    public ObjectRecord? SourceDeleteMarker => authorization.SourceDeleteMarker;

    /// <summary>Canonical id of the caller's account: the owner of what it makes. Anonymous callers own nothing of their own.</summary>
    public string CallerId => Caller is Caller.Account account ? account.AccountId : AnonymousId;

    /// <summary>The id AWS shows as owner of what nobody in particular made.</summary>
    public const string AnonymousId = "65a011a29cdf8ec533ec3d1ccaae921c";

    /// <summary>A header; in a presigned URL an <c>x-amz-*</c> query parameter stands for the header of that name.</summary>
    public string? Header(string name) => Verified.Header(name);

    /// <summary>The body, whose last read throws when it is not what was promised. Reads nothing yet.</summary>
    public RequestBody OpenBody(BodyRequirements requirements) => RequestBody.Open(Incoming, Verified.Payload, requirements);

    /// <summary>The whole document of the body: read now, or before where policies had to see it.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <param name="integrityMustBeSent">True where S3 refuses a document without Content-MD5 or checksum.</param>
    public async ValueTask<ReadOnlyMemory<byte>> ReadDocumentAsync(CancellationToken cancellationToken, bool integrityMustBeSent = false)
    {
        var requirements = BodyRequirements.Document(S3Limits.MaxXmlBytes) with { IntegrityMustBeSent = integrityMustBeSent };
        if (authorization.Document is { } known)
        {
            BodyPromises.Read(Incoming, Verified.Payload, requirements);
            return known;
        }

        using var body = OpenBody(requirements);
        return await body.ReadAllAsync(cancellationToken);
    }

    public S3Query Query => Incoming.Query;
}

/// <summary>The records that a caller's rights were decided on.</summary>
internal sealed record Authorization(BucketRecord? Bucket, ObjectRecord? Object, BucketRecord? SourceBucket, ObjectRecord? SourceObject)
{
    /// <summary>The sealed bytes of <see cref="Object"/>, where they were read with it.</summary>
    public ReadOnlyMemory<byte>? InlineBody { get; init; }

    /// <summary>The document of the request, where its rights depended on it.</summary>
    public ReadOnlyMemory<byte>? Document { get; init; }

    /// <summary>The delete marker in place of <see cref="Object"/>.</summary>
    public ObjectRecord? DeleteMarker { get; init; }

    /// <summary>The delete marker in place of <see cref="SourceObject"/>.</summary>
    public ObjectRecord? SourceDeleteMarker { get; init; }

    public static readonly Authorization None = new(null, null, null, null);
}
