using System.Collections.Immutable;
using System.Globalization;
using BleepStore.Api.Configuration;
using BleepStore.Api.Configurations;
using BleepStore.Api.Identities;
using BleepStore.Api.Locks;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Policies;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Auth;

/// <summary>
/// The condition keys of a request: https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html. Only the keys listed here
/// have values, each from its own place: nothing that a client sends can stand for what the server knows.
/// </summary>
internal sealed class RequestConditionKeys(AccessQuestion question, StoreRegion region, DateTimeOffset now) : IConditionKeys
{
    private readonly VerifiedRequest _request = question.Request;
    private readonly DocumentFacts _document = DocumentFacts.Read(question.Document, question.Definition.RequestBody.Root);
    private ImmutableArray<KeyValuePair<string, string>>? _requestTags;

    public ImmutableArray<string> Find(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 ? FindTag(key[..slash], key[(slash + 1)..])
            : key.StartsWith("aws:", StringComparison.Ordinal) ? Of(FindGlobal(key))
            : key == "s3:requestobjecttagkeys" ? [.. RequestTags().Select(tag => tag.Key)]
            : key.StartsWith("s3:", StringComparison.Ordinal) ? Of(FindS3(key))
            : [];
    }

    private static ImmutableArray<string> Of(string? value) => value is null ? [] : [value];

    private ImmutableArray<string> FindTag(string prefix, string name) => prefix switch
    {
        "s3:existingobjecttag" => Named(question.Object?.Tags ?? [], name),
        "aws:principaltag" => Of(CallerConditionKeys.FindTag(_request.Caller, name)),
        "s3:requestobjecttag" => Named(RequestTags(), name),
        "s3:buckettag" or "aws:resourcetag" => Named(question.Bucket is { } bucket ? BucketTagging.Document.Find(bucket)?.Tags ?? [] : [], name),
        _ => [],
    };

    // Keys of conditions know no letter case, those of tags do: the exact one first.
    private static ImmutableArray<string> Named(ImmutableArray<KeyValuePair<string, string>> tags, string name)
    {
        var exact = tags.Where(tag => tag.Key == name).Select(tag => tag.Value).ToImmutableArray();
        return exact.IsEmpty ? [.. tags.Where(tag => tag.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(tag => tag.Value)] : exact;
    }

    private string? FindGlobal(string key) => key switch
    {
        "aws:currenttime" => now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        "aws:epochtime" => now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        "aws:referer" => _request.Incoming.Header("Referer"),
        "aws:requestedregion" => region.Name,
        "aws:resourceaccount" => question.Bucket is { } bucket ? AccountNumber.Of(bucket.OwnerId) : null,
        "aws:securetransport" => _request.Incoming.IsTls ? "true" : "false",
        "aws:sourceip" => _request.Incoming.RemoteAddress?.ToString(),
        "aws:useragent" => _request.Incoming.Header("User-Agent"),
        "aws:principalisawsservice" or "aws:viaawsservice" => "false",
        _ => CallerConditionKeys.Find(_request.Caller, key),
    };

    private string? FindS3(string key) => key switch
    {
        // What is asked of a listing, and only where something is listed.
        "s3:prefix" or "s3:delimiter" or "s3:max-keys" => question.Demand.Key is null && _request.Key is null ? _request.Query[key[3..]] : null,
        "s3:versionid" => question.Demand.VersionId,
        "s3:resourceaccount" => question.Bucket is { } bucket ? AccountNumber.Of(bucket.OwnerId) : null,
        "s3:authtype" => SignatureFacts.AuthType(_request),
        "s3:signatureversion" => SignatureFacts.Version(_request),
        "s3:signatureage" => SignatureFacts.Age(_request, now)?.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture),
        _ when question.Demand.IsCopySource => null,
        "s3:x-amz-copy-source" => _request.Header(CopySource.Header) is null ? null : CopySource.Parse(_request.Incoming) is var source ? $"{source.Bucket}/{source.Key}" : null,
        "s3:if-match" or "s3:if-none-match" => _request.Incoming.Header(key[3..]),
        "s3:locationconstraint" => _document.LocationConstraint,
        "s3:object-lock-mode" or "s3:object-lock-legal-hold" or "s3:object-lock-retain-until-date" or "s3:object-lock-remaining-retention-days"
            => LockConditionKeys.Find(key, _request, question.Definition, question.Document, now),
        "s3:objectcreationoperation" => question.Demand.Action != "s3:PutObject" ? null
            : question.Definition.IsMultipart && question.Definition.Name != "CompleteMultipartUpload" ? "false" : "true",
        _ => key.StartsWith("s3:x-amz-", StringComparison.Ordinal) ? _request.Header(key[3..]) : null,
    };

    private ImmutableArray<KeyValuePair<string, string>> RequestTags()
    {
        if (question.Demand.IsCopySource)
        {
            return [];
        }

        return _requestTags ??= ReadRequestTags();
    }

    // Tags that are none are refused by the operation itself, once it is clear that the caller may set any.
    private ImmutableArray<KeyValuePair<string, string>> ReadRequestTags()
    {
        try
        {
            return _document.Tags ?? Tags.FromHeader(_request.Header("x-amz-tagging"));
        }
        catch (S3Exception)
        {
            return [];
        }
    }
}
