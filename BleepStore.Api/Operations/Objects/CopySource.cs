using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Objects;

/// <summary>What <c>x-amz-copy-source</c> names: <c>[/]bucket/key[?versionId=…]</c>, percent-encoded.</summary>
/// <param name="Bucket">Bucket copied from.</param>
/// <param name="Key">Key copied from.</param>
/// <param name="VersionId">Version copied; null for the current one.</param>
internal sealed record CopySource(string Bucket, string Key, string? VersionId)
{
    public const string Header = "x-amz-copy-source";

    /// <summary>Header of the answer that tells which version was copied.</summary>
    public const string VersionHeader = "x-amz-copy-source-version-id";

    /// <summary>Refuses a copy that brings bytes of its own.</summary>
    public static S3Error? RefuseBody(VerifiedRequest request)
        => request.Incoming.ContentLength is > 0
            ? S3Errors.InvalidRequest.Because("The request included a body. Requests of this type must not include a non-empty body.")
            : null;

    /// <summary>Reads the header.</summary>
    /// <exception cref="S3Exception">InvalidArgument: no bucket, no key, or not UTF-8.</exception>
    public static CopySource Parse(IncomingRequest request)
    {
        var text = request.Header(Header) ?? "";
        var question = text.IndexOf("?versionId=", StringComparison.Ordinal);
        string path;
        string? versionId;
        try
        {
            // As S3 does: a plus sign in this header is a space, unlike in a request's path. Clients send %2B for a plus.
            versionId = question < 0 ? null : PercentEncoding.Decode(ToLatin1(text[(question + 11)..]), plusIsSpace: true);
            path = PercentEncoding.Decode(ToLatin1(question < 0 ? text : text[..question]), plusIsSpace: true);
        }
        catch (S3Exception e)
        {
            throw new S3Exception(S3Errors.Argument(Header, text, "Invalid copy source encoding"), e);
        }

        path = path.StartsWith('/') ? path[1..] : path;
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var bucket = slash < 0 ? path : path[..slash];
        if (!BucketName.CouldExist(bucket))
        {
            throw new S3Exception(S3Errors.Argument(Header, text, "Invalid copy source bucket name"));
        }

        if (slash < 0 || slash == path.Length - 1)
        {
            throw new S3Exception(S3Errors.Argument(Header, text, "Invalid copy source object key"));
        }

        var source = new CopySource(bucket, path[(slash + 1)..], versionId);
        return Encoding.UTF8.GetByteCount(source.Key) <= S3Limits.MaxKeyBytes ? source : throw new S3Exception(S3Errors.KeyTooLongError);
    }

    /// <summary>The right to read what is copied.</summary>
    public static Operations.Demand Demand(IncomingRequest request)
    {
        var source = Parse(request);
        var action = source.VersionId is null ? "s3:GetObject" : "s3:GetObjectVersion";
        return new Demand(action, S3Resource.Object, AclPermission.Read, source.Bucket, source.Key) { IsCopySource = true, VersionId = source.VersionId };
    }

    /// <summary>The version id that the answer to a copy tells: the one that was asked for, or that of the version which is current.</summary>
    public static string? VersionOf(S3Request request)
        => Parse(request.Incoming).VersionId
            ?? (request.SourceBucket.Versioning == VersioningState.Unversioned || request.SourceObject is not { IsNull: false } source ? null : source.VersionId);

    // Header values were decoded as UTF-8; raw non-ASCII text in them means its own bytes.
    private static string ToLatin1(string text) => Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
}
