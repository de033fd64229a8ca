using System.Security.Cryptography;

namespace BleepStore.Tests.Crash.Recording;

/// <summary>One change of a key that a client asked for, or what it read there after a restart.</summary>
/// <param name="Key">The key.</param>
/// <param name="Start">Length of the trace when the request was sent.</param>
/// <param name="Answered">Length of the trace once success was told; null where it never was.</param>
/// <param name="Content">What the key holds after it; null for nothing.</param>
internal sealed record KeyChange(string Key, long Start, long? Answered, string? Content);

/// <summary>An upload whose creation was answered, and its parts.</summary>
/// <param name="Key">Key of the object to be.</param>
/// <param name="UploadId">The id.</param>
/// <param name="Answered">Length of the trace then.</param>
/// <param name="Parts">Parts whose upload was answered.</param>
/// <param name="EndStart">Length of the trace when it was asked to be completed or aborted; null when it never was.</param>
internal sealed record UploadHistory(string Key, string UploadId, long Answered, List<PartHistory> Parts, long? EndStart);

/// <summary>An uploaded part.</summary>
/// <param name="Number">Part number.</param>
/// <param name="Answered">Length of the trace once success was told.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record PartHistory(int Number, long Answered, string Content);

/// <summary>An access key that was made.</summary>
/// <param name="AccessKey">Its id.</param>
/// <param name="Secret">Its secret.</param>
/// <param name="Answered">Length of the trace once it was told.</param>
internal sealed record KnownSecret(string AccessKey, string Secret, long Answered);

/// <summary>What clients asked for and were told, placed in the trace: from it follows what a disk of any moment may and must hold.</summary>
/// <param name="BucketAnswered">Length of the trace when the bucket's creation was told.</param>
/// <param name="Changes">Changes, of each key in their order.</param>
/// <param name="Uploads">Uploads.</param>
/// <param name="Versions">Changes of buckets with versions, of each bucket in their order.</param>
internal sealed record History(long BucketAnswered, List<KeyChange> Changes, List<UploadHistory> Uploads, List<VersionChange> Versions)
{
    /// <summary>Access keys, none of which was removed.</summary>
    public List<KnownSecret> Secrets { get; init; } = [];

    /// <summary>Length of the trace when something was told that needs a key of the store; null when nothing was.</summary>
    public long? StoreKeyAnswered { get; init; }

    /// <summary>The text that stands for bytes.</summary>
    public static string ContentOf(ReadOnlySpan<byte> bytes) => ContentOf(bytes.Length, SHA256.HashData(bytes));

    /// <summary>The same of a stream that is read to its end.</summary>
    /// <param name="length">The length that it is said to have.</param>
    /// <param name="content">The stream.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<string> ContentOfAsync(long length, Stream content, CancellationToken cancellationToken)
        => ContentOf(length, await SHA256.HashDataAsync(content, cancellationToken));

    /// <summary>What each key may hold when the power fails at <paramref name="moment"/>; keys that are not named must be absent.</summary>
    public Dictionary<string, HashSet<string?>> AllowedAt(long moment)
    {
        var allowed = new Dictionary<string, HashSet<string?>>(StringComparer.Ordinal);
        foreach (var change in Changes.Where(change => change.Start < moment))
        {
            if (change.Answered <= moment)
            {
                allowed[change.Key] = [change.Content];
                continue;
            }

            if (!allowed.TryGetValue(change.Key, out var contents))
            {
                allowed[change.Key] = contents = [null];
            }

            contents.Add(change.Content);
        }

        return allowed;
    }

    /// <summary>Uploads that must be there at that moment, with the parts that must.</summary>
    public IEnumerable<(UploadHistory Upload, IEnumerable<PartHistory> Parts)> UploadsAt(long moment)
        => Uploads
            .Where(upload => upload.Answered <= moment && !(upload.EndStart < moment))
            .Select(upload => (upload, upload.Parts.Where(part => part.Answered <= moment)));

    /// <summary>What each bucket with versions may hold at that moment; null stands for no bucket.</summary>
    public IEnumerable<(string Bucket, List<BucketVersions?> Allowed)> VersionsAt(long moment)
    {
        foreach (var bucket in Versions.GroupBy(change => change.Bucket, StringComparer.Ordinal))
        {
            List<BucketVersions?> allowed = [null];
            foreach (var change in bucket.Where(change => change.Start < moment))
            {
                allowed = change.Answered <= moment ? [change.After] : [.. allowed, change.After];
            }

            yield return (bucket.Key, allowed);
        }
    }

    /// <summary>
    /// What was told, but for one bucket: <paramref name="change"/> of the state that an answer told, at the moment of that answer, when the bucket may
    /// hold nothing else. At any other moment the false state may be the true one, for a request without an answer may have been carried out or not.
    /// </summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="change">Makes a false state of a true one.</param>
    /// <returns>The latest such moment with its history; null where the change shows in no state that was told.</returns>
    public (History Told, long Moment)? FindFalsehood(string bucket, Func<BucketVersions, BucketVersions> change)
    {
        var told = Versions.FindLast(one => one.Bucket == bucket && one.Answered is not null && !change(one.After).IsAs(one.After));
        return told is { Answered: { } moment } ? (this with { Versions = [told with { After = change(told.After) }] }, moment) : null;
    }

    /// <summary>Places of answers: the moments at which a promise is young.</summary>
    public IEnumerable<long> Answers()
        => Changes.Select(change => change.Answered).OfType<long>()
            .Concat(Uploads.SelectMany(upload => upload.Parts.Select(part => part.Answered).Append(upload.Answered)))
            .Concat(Versions.Select(change => change.Answered).OfType<long>())
            .Concat(Secrets.Select(secret => secret.Answered))
            .Append(BucketAnswered);

    private static string ContentOf(long length, byte[] hash) => $"{length} bytes {Convert.ToHexStringLower(hash)[..16]}";
}
