using BleepStore.Api.Conditions;
using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Lifecycle;

/// <summary>
/// Tells clients when an object expires or an upload is aborted. The dates are those of the calendar, as S3 would tell them, also where the rules work
/// with shorter days.
/// </summary>
internal static class LifecycleHeaders
{
    /// <summary>Adds <c>x-amz-expiration</c> of the current version of an object; nothing where no rule is about it.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="current">The object.</param>
    /// <param name="lastModified">The time that it was given.</param>
    public static S3Response WithExpiration(this S3Response response, BucketRecord bucket, ObjectRecord current, DateTimeOffset lastModified)
        => LifecycleConfiguration.Document.Find(bucket) is { } rules
            && LifecycleDecisions.FindExpiration(rules, current with { LastModified = lastModified }, LifecycleCalendar.Real) is var (at, rule)
            ? response.With("x-amz-expiration", $"expiry-date=\"{HttpDate.Format(at)}\", rule-id=\"{PercentEncoding.Encode(rule.Id, keepSlash: false)}\"")
            : response;

    /// <summary>Adds when an open upload is aborted; nothing where no rule is about it.</summary>
    public static S3Response WithAbort(this S3Response response, BucketRecord bucket, string key, DateTimeOffset initiatedAt)
        => LifecycleConfiguration.Document.Find(bucket) is { } rules
            && LifecycleDecisions.FindAbort(rules, key, initiatedAt, LifecycleCalendar.Real) is var (at, rule)
            ? response.With("x-amz-abort-date", HttpDate.Format(at)).With("x-amz-abort-rule-id", PercentEncoding.Encode(rule.Id, keepSlash: false))
            : response;
}
