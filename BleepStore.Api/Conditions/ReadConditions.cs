using BleepStore.Api.Protocol;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Conditions;

/// <summary>
/// Conditions of a read, with S3's precedence: If-Match over If-Unmodified-Since, If-None-Match over If-Modified-Since. The same four stand with the
/// prefix <c>x-amz-copy-source-</c> on copies, where a failed one is always 412.
/// </summary>
internal static class ReadConditions
{
    /// <summary>Null when the read may go on, else 304 or 412.</summary>
    /// <param name="header">The request's headers.</param>
    /// <param name="record">The object.</param>
    /// <param name="time">A date behind now is no condition: nobody has seen what will be.</param>
    public static S3Error? Decide(Func<string, string?> header, ObjectRecord record, TimeProvider time)
        => Decide(header, "", record, S3Errors.NotModified, time);

    /// <summary>Null when the copy may go on, else 412.</summary>
    public static S3Error? DecideCopy(Func<string, string?> header, ObjectRecord source, TimeProvider time)
        => Decide(header, "x-amz-copy-source-", source, S3Errors.PreconditionFailed, time);

    /// <summary>True when one of the listed tags is the object's, or the list is <c>*</c>.</summary>
    public static bool Matches(string list, string eTag)
    {
        foreach (var item in list.Split(',', StringSplitOptions.TrimEntries))
        {
            if (item == "*" || Unquote(item).SequenceEqual(eTag))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>An entity tag without weakness prefix and quotes, either of which clients leave away.</summary>
    public static ReadOnlySpan<char> Unquote(ReadOnlySpan<char> tag)
    {
        tag = tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;
        tag = tag is ['"', .. var rest] ? rest : tag;
        return tag is [.. var inner, '"'] ? inner : tag;
    }

    /// <summary>
    /// False when the object is not the one that a client wants to have the rest of: then it gets the whole, never bytes of two objects. See
    /// RFC 9110, section 13.1.5.
    /// </summary>
    public static bool HoldsIfRange(string? ifRange, ObjectRecord record)
        => ifRange is null
            || (HttpDate.Parse(ifRange) is { } date
                ? HttpDate.TruncateToSecond(record.LastModified) == date
                : !ifRange.StartsWith("W/", StringComparison.Ordinal) && Unquote(ifRange.Trim()).SequenceEqual(record.ETag));

    private static S3Error? Decide(Func<string, string?> header, string prefix, ObjectRecord record, S3Error notModified, TimeProvider time)
    {
        var modified = HttpDate.TruncateToSecond(record.LastModified);
        if (header(prefix + "if-match") is { } match)
        {
            if (!Matches(match, record.ETag))
            {
                return S3Errors.PreconditionFailed.With("Condition", prefix + "If-Match");
            }
        }
        else if (HttpDate.Parse(header(prefix + "if-unmodified-since")) is { } unmodifiedSince && modified > unmodifiedSince)
        {
            return S3Errors.PreconditionFailed.With("Condition", prefix + "If-Unmodified-Since");
        }

        if (header(prefix + "if-none-match") is { } noneMatch)
        {
            return Matches(noneMatch, record.ETag) ? Named(notModified, prefix, "If-None-Match") : null;
        }

        return HttpDate.Parse(header(prefix + "if-modified-since")) is { } modifiedSince && modified <= modifiedSince && modifiedSince <= time.GetUtcNow()
            ? Named(notModified, prefix, "If-Modified-Since")
            : null;
    }

    // A 304 has no body that could name it.
    private static S3Error Named(S3Error error, string prefix, string condition) => prefix.Length == 0 ? error : error.With("Condition", prefix + condition);
}
