using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Conditions;

/// <summary>Conditions of a write as its headers give them: looked at before the body is read, decided again inside the store's transaction.</summary>
internal static class WriteConditions
{
    /// <summary>Reads If-Match and If-None-Match.</summary>
    /// <exception cref="S3Exception">501: a value that S3 does not implement for writes.</exception>
    public static WriteCondition Read(S3Request request)
    {
        var ifMatch = request.Header("If-Match");
        var ifNoneMatch = request.Header("If-None-Match");
        if (ifNoneMatch is not null and not "*")
        {
            throw NotImplemented("If-None-Match");
        }

        if (ifMatch is not null && (ifNoneMatch is not null || ifMatch.Contains(',', StringComparison.Ordinal)))
        {
            throw NotImplemented("If-Match");
        }

        foreach (var header in (ReadOnlySpan<string>)["If-Modified-Since", "If-Unmodified-Since"])
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
        => error.Code == S3Errors.PreconditionFailed.Code ? error.With("Condition", condition.IfNoneMatch ? "If-None-Match" : "If-Match") : error;

    private static S3Exception NotImplemented(string header)
        => new(S3Errors.NotImplemented.Because("A header you provided implies functionality that is not implemented").With("Header", header));
}
