using System.Collections.Immutable;
using System.Globalization;
using BleepStore.Api.Checksums;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;
using BleepStore.Metadata;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Buckets;

/// <summary>The parameters that all listings of a bucket share, and how their entries are written.</summary>
internal sealed class ObjectListing
{
    private readonly string? _encoding;
    private readonly bool _hasDelimiter;

    private ObjectListing(S3Query query, int limit)
    {
        Prefix = query["prefix"] ?? "";
        Delimiter = query["delimiter"] ?? "";
        Limit = limit;
        _hasDelimiter = query.Contains("delimiter");
        _encoding = query["encoding-type"];
    }

    public string Prefix { get; }

    public string Delimiter { get; }

    /// <summary>Entries of a page: what was asked for, 1,000 at most.</summary>
    public int Limit { get; }

    /// <summary>Reads prefix, delimiter, encoding and limit.</summary>
    /// <exception cref="S3Exception">InvalidArgument.</exception>
    public static ObjectListing Read(S3Query query, string limitParameter)
    {
        if (query["encoding-type"] is { } encoding && !encoding.Equals("url", StringComparison.OrdinalIgnoreCase))
        {
            throw new S3Exception(S3Errors.Argument("encoding-type", encoding, "Invalid Encoding Method specified in Request"));
        }

        return new ObjectListing(query, ReadLimit(query, limitParameter));
    }

    /// <summary>Reads a limit: absent or above 1,000 is 1,000; negative and not a number is refused.</summary>
    public static int ReadLimit(S3Query query, string parameter)
    {
        var limit = ReadNumber(query, parameter) ?? S3Limits.MaxListKeys;
        return limit >= 0 ? Math.Min(limit, S3Limits.MaxListKeys) : throw new S3Exception(Negative(query, parameter, limit));
    }

    /// <summary>Reads a number; null where there is none. What is no number is refused here, and one out of its range by who asks, as it was read.</summary>
    /// <exception cref="S3Exception">InvalidArgument.</exception>
    public static int? ReadNumber(S3Query query, string parameter)
    {
        if (query[parameter] is not { Length: > 0 } text)
        {
            return null;
        }

        var isNegative = text[0] == '-';
        return text.Length > (isNegative ? 1 : 0) && S3Number.TryParse(isNegative ? text.AsSpan(1) : text, out long number)
            && (isNegative ? -number : number) is >= int.MinValue and <= int.MaxValue and var value
                ? (int)value
                : throw new S3Exception(S3Errors.Argument(parameter, text, $"Provided {parameter} not an integer or within integer range"));
    }

    // In the words that S3 has for each listing, with the value as it was read and not as it was sent.
    private static S3Error Negative(S3Query query, string parameter, int limit)
    {
        if (query.Contains("versions"))
        {
            return S3Errors.InvalidArgument.Because($"{parameter} cannot be negative").With("ArgumentName", parameter);
        }

        var name = parameter == "max-keys" ? "maxKeys" : parameter;
        return S3Errors.Argument(name, limit.ToString(CultureInfo.InvariantCulture), $"Argument {name} must be an integer between 0 and 2147483647");
    }

    /// <summary>A key as this listing shows it.</summary>
    public string Encode(string key) => _encoding is null ? key : PercentEncoding.Encode(key, keepSlash: true);

    /// <summary>Writes delimiter and encoding where they were given.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="withEmptyDelimiter">True for listings that also show one that parts nothing.</param>
    public void WriteParameters(S3XmlWriter writer, bool withEmptyDelimiter = false)
    {
        writer.Optional("Delimiter", Delimiter.Length > 0 || (withEmptyDelimiter && _hasDelimiter) ? Encode(Delimiter) : null);
        writer.Optional("EncodingType", _encoding);
    }

    public void WriteObjects(S3XmlWriter writer, ImmutableArray<ObjectRecord> objects, IReadOnlyDictionary<string, string>? ownerNames)
    {
        foreach (var record in objects)
        {
            writer.Start("Contents");
            writer.Element("Key", Encode(record.Key));
            writer.Element("LastModified", record.LastModified);
            writer.ETag(record.ETag);
            if (record.Checksum is { } checksum)
            {
                writer.Element("ChecksumAlgorithm", ((ChecksumAlgorithm)checksum.Algorithm).Info().Name);
                writer.Element("ChecksumType", ((ChecksumType)checksum.Type).Name());
            }

            writer.Element("Size", record.Size);
            if (ownerNames is not null)
            {
                writer.Principal("Owner", record.Acl.OwnerId, ownerNames[record.Acl.OwnerId]);
            }

            writer.Element("StorageClass", record.StorageClass);
            writer.End();
        }
    }

    public void WriteCommonPrefixes(S3XmlWriter writer, ImmutableArray<string> prefixes)
    {
        foreach (var prefix in prefixes)
        {
            writer.Start("CommonPrefixes");
            writer.Element("Prefix", Encode(prefix));
            writer.End();
        }
    }

    /// <summary>Display names of the owners of a page; an owner without an account stands for itself.</summary>
    public static async ValueTask<IReadOnlyDictionary<string, string>> FindOwnersAsync(
        IMetadataStore metadata, IEnumerable<string> ownerIds, CancellationToken cancellationToken)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var id in ownerIds.Distinct(StringComparer.Ordinal))
        {
            names[id] = (await metadata.FindAccountAsync(id, cancellationToken))?.DisplayName ?? id;
        }

        return names;
    }

    /// <summary>One page of objects.</summary>
    public ValueTask<ObjectPage> ReadPageAsync(IMetadataStore metadata, S3Request request, string? after, CancellationToken cancellationToken)
        => metadata.ListObjectsAsync(request.Bucket.BucketId, new ListQuery(Prefix, Delimiter, after, Limit), cancellationToken);
}
