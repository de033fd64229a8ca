using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Listing;

/// <summary>Which page of a listing is wanted.</summary>
/// <param name="Prefix">Only keys that start with it; empty for all.</param>
/// <param name="Delimiter">Keys that hold it after the prefix are rolled up into common prefixes; empty for none.</param>
/// <param name="After">
/// Only keys and common prefixes after this one: where it is a common prefix or lies below one, everything below that is passed over.
/// </param>
/// <param name="Limit">At most this many objects and common prefixes together; 0 gives an empty page that is not truncated.</param>
public sealed record ListQuery(string Prefix, string Delimiter, string? After, int Limit);

/// <summary>One page of a listing, in UTF-8 byte order.</summary>
/// <param name="Objects">Objects in order.</param>
/// <param name="CommonPrefixes">Common prefixes in order.</param>
/// <param name="NextAfter">The last key or common prefix of the page, where more follow; null at the end.</param>
public sealed record ObjectPage(ImmutableArray<ObjectRecord> Objects, ImmutableArray<string> CommonPrefixes, string? NextAfter);

/// <summary>Which page of open uploads is wanted.</summary>
/// <param name="Prefix">Only keys that start with it.</param>
/// <param name="Delimiter">Roll-up delimiter; empty for none.</param>
/// <param name="KeyMarker">Only uploads of keys after this one …</param>
/// <param name="UploadIdMarker">… or of this very key with an upload id after this one; null for none.</param>
/// <param name="Limit">At most this many uploads and common prefixes together.</param>
public sealed record UploadListQuery(string Prefix, string Delimiter, string? KeyMarker, string? UploadIdMarker, int Limit);

/// <summary>One page of open uploads.</summary>
/// <param name="Uploads">Uploads by key, then upload id.</param>
/// <param name="CommonPrefixes">Common prefixes in order.</param>
/// <param name="IsTruncated">True when more follow.</param>
/// <param name="NextKeyMarker">Last key or common prefix of the page, where more follow.</param>
/// <param name="NextUploadIdMarker">Last upload id of the page, where more follow and the page did not end in a common prefix.</param>
public sealed record UploadPage(
    ImmutableArray<UploadRecord> Uploads,
    ImmutableArray<string> CommonPrefixes,
    bool IsTruncated,
    string? NextKeyMarker,
    string? NextUploadIdMarker);

/// <summary>Which page of versions and delete markers is wanted.</summary>
/// <param name="Prefix">Only keys that start with it.</param>
/// <param name="Delimiter">Roll-up delimiter; empty for none.</param>
/// <param name="KeyMarker">Only versions of keys after this one …</param>
/// <param name="VersionIdMarker">
/// … or of this very key that are older than this version, also where it is gone by now; null for none. The versions of a key begin anew where
/// it cannot be told any more how old it was.
/// </param>
/// <param name="Limit">At most this many versions, delete markers and common prefixes together.</param>
public sealed record VersionListQuery(string Prefix, string Delimiter, string? KeyMarker, string? VersionIdMarker, int Limit);

/// <summary>A version or delete marker of a listing.</summary>
/// <param name="Version">The version or delete marker.</param>
/// <param name="IsLatest">True when its key has no newer one.</param>
public readonly record struct ListedVersion(ObjectRecord Version, bool IsLatest);

/// <summary>One page of versions and delete markers.</summary>
/// <param name="Versions">By key, and newest first within a key.</param>
/// <param name="CommonPrefixes">Common prefixes in order.</param>
/// <param name="IsTruncated">True when more follow.</param>
/// <param name="NextKeyMarker">Last key or common prefix of the page, where more follow.</param>
/// <param name="NextVersionIdMarker">Last version id of the page, where more follow and the page did not end in a common prefix.</param>
public sealed record VersionPage(
    ImmutableArray<ListedVersion> Versions,
    ImmutableArray<string> CommonPrefixes,
    bool IsTruncated,
    string? NextKeyMarker,
    string? NextVersionIdMarker);
