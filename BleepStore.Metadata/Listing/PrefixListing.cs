using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Listing;

/// <summary>
/// The one listing algorithm of all engines: rolls keys up by delimiter, jumps over what lies below a common prefix, and costs what the
/// page
/// holds, wherever it starts. See the AWS page of ListObjectsV2.
/// </summary>
internal static class PrefixListing
{
    /// <summary>One page of current objects.</summary>
    public static ObjectPage ListObjects(IKeyCursor<ObjectRecord> cursor, ListQuery query)
    {
        var page = Fill(cursor, query.Prefix, query.Delimiter, Start(query.Prefix, query.Delimiter, query.After, within: null),
            query.Limit);
        return new ObjectPage(page.Rows, page.CommonPrefixes, page.IsTruncated ? page.Last : null);
    }

    /// <summary>One page of open uploads.</summary>
    public static UploadPage ListUploads(IKeyCursor<UploadRecord> cursor, UploadListQuery query)
    {
        KeyBound? within = string.IsNullOrEmpty(query.UploadIdMarker) ? null : new KeyBound(KeyBoundKind.At, query.KeyMarker ?? "", query.UploadIdMarker);
        var start = Start(query.Prefix, query.Delimiter, query.KeyMarker, within);
        var page = Fill(cursor, query.Prefix, query.Delimiter, start, query.Limit);
        var nextUploadId = page.IsTruncated && !page.EndsInPrefix ? page.Rows[^1].UploadId : null;
        return new UploadPage(page.Rows, page.CommonPrefixes, page.IsTruncated, page.IsTruncated ? page.Last : null, nextUploadId);
    }

    /// <summary>One page of versions and delete markers.</summary>
    /// <param name="cursor">All of them.</param>
    /// <param name="query">The page.</param>
    /// <param name="marker">The version that the query's version id marker names; null when there is none, or it is gone.</param>
    public static VersionPage ListVersions(IKeyCursor<ListedVersion> cursor, VersionListQuery query, ObjectRecord? marker)
    {
        KeyBound? within = null;
        if (query is { KeyMarker: { } key, VersionIdMarker: { } versionId })
        {
            // The null version's id says nothing of its age. Told again is better than passed over: who empties a bucket page by page relies on it.
            within = (marker?.Order ?? VersionIds.FindOrder(versionId)) is { } order ? KeyBound.Below(key, order) : KeyBound.At(key);
        }

        var start = Start(query.Prefix, query.Delimiter, query.KeyMarker, within);
        var page = Fill(cursor, query.Prefix, query.Delimiter, start, query.Limit);
        var nextVersionId = page.IsTruncated && !page.EndsInPrefix ? page.Rows[^1].Version.VersionId : null;
        return new VersionPage(page.Rows, page.CommonPrefixes, page.IsTruncated, page.IsTruncated ? page.Last : null, nextVersionId);
    }

    /// <summary>Where a page begins: after a key, or <paramref name="within"/> its rows.</summary>
    private static KeyBound Start(string prefix, string delimiter, string? after, KeyBound? within)
    {
        if (after is null || KeyOrder.Compare(after, prefix) < 0)
        {
            return KeyBound.At(prefix);
        }

        // S3 lists no common prefix that is not greater than the marker: one that ended an earlier page, or that the marker lies below.
        if (CommonPrefix(after, prefix, delimiter) is { } passed)
        {
            return KeyBound.PastPrefix(passed);
        }

        return within ?? KeyBound.After(after);
    }

    private static Page<T> Fill<T>(IKeyCursor<T> cursor, string prefix, string delimiter, KeyBound start, int limit)
    {
        if (limit <= 0)
        {
            return new Page<T>([], [], Last: "", EndsInPrefix: false, IsTruncated: false);
        }

        var rows = ImmutableArray.CreateBuilder<T>();
        var prefixes = ImmutableArray.CreateBuilder<string>();
        var last = "";
        var endsInPrefix = false;
        var found = cursor.Seek(start);
        while (found && cursor.Key is var key && key.StartsWith(prefix, StringComparison.Ordinal))
        {
            if (rows.Count + prefixes.Count == limit)
            {
                return new Page<T>(rows.DrainToImmutable(), prefixes.DrainToImmutable(), last, endsInPrefix, IsTruncated: true);
            }

            if (CommonPrefix(key, prefix, delimiter) is { } common)
            {
                prefixes.Add(common);
                (last, endsInPrefix) = (common, true);
                found = cursor.Seek(KeyBound.PastPrefix(common));
            }
            else
            {
                rows.Add(cursor.Current);
                (last, endsInPrefix) = (key, false);
                found = cursor.MoveNext();
            }
        }

        return new Page<T>(rows.DrainToImmutable(), prefixes.DrainToImmutable(), last, endsInPrefix, IsTruncated: false);
    }

    private static string? CommonPrefix(string key, string prefix, string delimiter)
    {
        if (delimiter.Length == 0 || !key.StartsWith(prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var index = key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
        return index < 0 ? null : key[..(index + delimiter.Length)];
    }

    private readonly record struct Page<T>(
        ImmutableArray<T> Rows, ImmutableArray<string> CommonPrefixes, string Last, bool EndsInPrefix, bool IsTruncated);
}
