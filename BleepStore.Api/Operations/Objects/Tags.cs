using System.Collections.Immutable;
using System.Globalization;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;

namespace BleepStore.Api.Operations.Objects;

/// <summary>Object tags in their two forms, with S3's rules: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html</summary>
internal static class Tags
{
    /// <summary>Reads <c>x-amz-tagging</c>: a query string. None for null.</summary>
    /// <exception cref="S3Exception">InvalidArgument or InvalidTag.</exception>
    public static ImmutableArray<KeyValuePair<string, string>> FromHeader(string? header)
    {
        if (header is null)
        {
            return [];
        }

        S3Query query;
        try
        {
            query = S3Query.Parse(header);
        }
        catch (S3Exception e)
        {
            throw new S3Exception(Malformed(header), e);
        }

        // A second equals sign stands for itself only when it is encoded.
        if (header.Split('&').Any(pair => pair.Count('=') > 1 || pair.StartsWith('='))
            || query.Parameters.DistinctBy(parameter => parameter.Name, StringComparer.Ordinal).Count() < query.Parameters.Length)
        {
            throw new S3Exception(Malformed(header));
        }

        return query.Parameters.Length <= S3Limits.MaxTags
            ? Check([.. query.Parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value))])
            : throw new S3Exception(S3Errors.BadRequest.Because("Object tags cannot be greater than 10"));
    }

    /// <summary>Reads a <c>Tagging</c> document.</summary>
    /// <exception cref="S3Exception">MalformedXML or InvalidTag.</exception>
    public static ImmutableArray<KeyValuePair<string, string>> FromXml(ReadOnlyMemory<byte> document)
    {
        var tags = ReadSet(XmlNode.Parse(document, "Tagging"));
        return tags.Length <= S3Limits.MaxTags
            ? Check(tags)
            : throw new S3Exception(S3Errors.BadRequest.Because("Object tags cannot be greater than 10"));
    }

    /// <summary>Reads a bucket's <c>Tagging</c> document, which may hold more tags than an object's.</summary>
    /// <exception cref="S3Exception">MalformedXML or InvalidTag.</exception>
    public static ImmutableArray<KeyValuePair<string, string>> OfBucket(XmlNode document)
        => CheckBucket(ReadSet(document));

    /// <summary>Reads the tags that a bucket is made with: they stand in their element without a set around them.</summary>
    /// <exception cref="S3Exception">MalformedXML or InvalidTag.</exception>
    public static ImmutableArray<KeyValuePair<string, string>> OfNewBucket(XmlNode element) => CheckBucket(Read(element));

    public static void Write(S3XmlWriter writer, ImmutableArray<KeyValuePair<string, string>> tags)
    {
        writer.StartS3("Tagging");
        WriteSet(writer, tags);
        writer.End();
    }

    /// <summary>Writes the <c>TagSet</c> element.</summary>
    public static void WriteSet(S3XmlWriter writer, ImmutableArray<KeyValuePair<string, string>> tags)
    {
        writer.Start("TagSet");
        foreach (var (key, value) in tags)
        {
            writer.Start("Tag");
            writer.Element("Key", key);
            writer.Element("Value", value);
            writer.End();
        }

        writer.End();
    }

    private static ImmutableArray<KeyValuePair<string, string>> ReadSet(XmlNode document)
    {
        var set = document.Allow("TagSet").Child("TagSet") ?? throw new S3Exception(S3Errors.MalformedXML);
        return Read(set);
    }

    private static ImmutableArray<KeyValuePair<string, string>> Read(XmlNode set)
        => [.. set.Allow("Tag").Children.Select(tag => tag.Allow("Key", "Value")).Select(tag => KeyValuePair.Create(tag.RequiredText("Key"), tag.RequiredText("Value")))];

    private static ImmutableArray<KeyValuePair<string, string>> CheckBucket(ImmutableArray<KeyValuePair<string, string>> tags)
        => tags.Length <= S3Limits.MaxBucketTags
            ? Check(tags, "System tags cannot be added/updated by requester")
            : throw new S3Exception(S3Errors.BadRequest.Because("Bucket tag count cannot be greater than 50"));

    private static S3Error Malformed(string header) => S3Errors.Argument(
        "x-amz-tagging",
        header,
        "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.");

    private static ImmutableArray<KeyValuePair<string, string>> Check(
        ImmutableArray<KeyValuePair<string, string>> tags, string systemTag = "Your TagKey cannot be prefixed with aws:")
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in tags)
        {
            if (key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
            {
                throw new S3Exception(S3Errors.InvalidTag.Because(systemTag).With("TagKey", key));
            }

            if (key.Length is 0 or > S3Limits.MaxTagKeyLength || !IsAllowed(key))
            {
                throw new S3Exception(S3Errors.InvalidTag.Because("The TagKey you have provided is invalid").With("TagKey", key));
            }

            if (value.Length > S3Limits.MaxTagValueLength || !IsAllowed(value))
            {
                throw new S3Exception(S3Errors.InvalidTag.Because("The TagValue you have provided is invalid").With("TagKey", key).With("TagValue", value));
            }

            if (!keys.Add(key))
            {
                throw new S3Exception(S3Errors.InvalidTag.Because("Cannot provide multiple Tags with the same key").With("TagKey", key));
            }
        }

        return tags;
    }

    // Letters, digits and white space of any script, and + - = . _ : / @
    private static bool IsAllowed(string text)
        => text.EnumerateRunes().All(rune => System.Text.Rune.IsLetterOrDigit(rune) || System.Text.Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.SpaceSeparator or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark || "+-=._:/@".Contains(rune.ToString(), StringComparison.Ordinal));
}
