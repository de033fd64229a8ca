using System.Collections.Immutable;
using BleepStore.Api.Locks;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Conditions;

/// <summary>Conditions of a write as its headers give them: looked at before the body is read, decided again inside the store's transaction.</summary>
internal static class WriteConditions
{
    private const string SizeHeader = "x-amz-if-match-size";
    private const string TimeHeader = "x-amz-if-match-last-modified-time";

    /// <summary>Headers of a conditional removal, for the API document.</summary>
    public static readonly ImmutableArray<string> OfDelete = ["If-Match", SizeHeader, TimeHeader];

    /// <summary>Reads If-Match and If-None-Match.</summary>
    /// <exception cref="S3Exception">501: a value that S3 does not implement for writes.</exception>
    public static WriteCondition Read(S3Request request) => Read(request, isDelete: false);

    /// <summary>Reads the conditions of a removal: ETag, size and time of what is there.</summary>
    /// <exception cref="S3Exception">501, or InvalidArgument for what is no size or no time.</exception>
    public static WriteCondition ReadDelete(S3Request request)
    {
        var condition = Read(request, isDelete: true);
        var (size, time) = (request.Header(SizeHeader), request.Header(TimeHeader));
        return condition.IfNoneMatch ? throw NotImplemented("If-None-Match")
            : size is null && time is null ? condition
            : condition with
            {
                IfSize = size is null ? null : ParseSize(size) ?? throw new S3Exception(S3Errors.Argument(SizeHeader, size, "A size is a whole number of bytes.")),
                IfLastModified = time is null ? null : ParseTime(time) ?? throw new S3Exception(S3Errors.Argument(TimeHeader, time, "The time is no date of HTTP.")),
            };
    }

    /// <summary>A size in bytes; null for anything else.</summary>
    public static long? ParseSize(string text) => S3Number.TryParse(text.Trim(), out long size) ? size : null;

    /// <summary>A time as headers or as listings show it; null for anything else.</summary>
    public static DateTimeOffset? ParseTime(string text) => HttpDate.Parse(text) ?? LockTime.Parse(text);

    private static WriteCondition Read(S3Request request, bool isDelete)
    {
        var ifMatch = request.Header("If-Match");
        var ifNoneMatch = request.Header("If-None-Match");
        if (ifNoneMatch is not null && ifMatch is not null)
        {
            throw NotImplemented("If-Match,If-None-Match", "Multiple conditional request headers present in the request");
        }

        if (ifNoneMatch is not null and not "*")
        {
            throw NotImplemented("If-None-Match");
        }

        // Any object at all may be removed, and not replaced.
        if (ifMatch is not null && ((ifMatch == "*" && !isDelete) || ifMatch.Contains(',', StringComparison.Ordinal)))
        {
            throw NotImplemented("If-Match");
        }

        foreach (var header in (ReadOnlySpan<string>)["If-Modified-Since", "If-Unmodified-Since", .. isDelete ? [] : (string[])[SizeHeader, TimeHeader]])
        {
            if (request.Header(header) is not null)
            {
                throw NotImplemented(header);
            }
        }

        return ifMatch is null && ifNoneMatch is null
            ? WriteCondition.None
            : new WriteCondition(ifMatch is null ? null : ReadConditions.Unquote(ifMatch).ToString(), IfNoneMatch: ifNoneMatch is not null);
    }

    /// <summary>What the client is told when the condition does not hold now; null when it does.</summary>
    public static S3Error? Refusal(WriteCondition condition, ObjectRecord? current, string key)
        => OutcomeErrors.Map(condition.Decide(current), key) is { } error ? Name(error, condition) : null;

    /// <summary>Adds which condition failed.</summary>
    public static S3Error Name(S3Error error, WriteCondition condition)
        => error.Code == S3Errors.PreconditionFailed.Code || error.Code == S3Errors.ConditionalRequestConflict.Code ? error.With("Condition", NameOf(condition)) : error;

    private static string NameOf(WriteCondition condition)
        => condition.IfNoneMatch ? "If-None-Match" : condition.IfMatch is not null ? "If-Match" : condition.IfSize is not null ? SizeHeader : TimeHeader;

    private static S3Exception NotImplemented(string header)
        => NotImplemented(header, $"We don't accept the provided value of {header} header for this API");

    private static S3Exception NotImplemented(string header, string message)
        => new(S3Errors.NotImplemented.Because("A header you provided implies functionality that is not implemented")
            .With("Header", header).With("additionalMessage", message));
}
