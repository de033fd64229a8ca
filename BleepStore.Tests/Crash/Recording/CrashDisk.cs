using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Content;
using BleepStore.Api.Encryption;
using BleepStore.Api.Hosting;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Records;
using BleepStore.Tests.Hosting;
using BleepStore.Tests.Metadata;

namespace BleepStore.Tests.Crash.Recording;

/// <summary>Opens a data directory as the next start does after a loss of power, and holds it against what clients were told.</summary>
internal sealed class CrashDisk(string directory, History history, long moment)
{
    /// <summary>Two directories deep, and no other is made beside them, whose syncs would help.</summary>
    public static string MetadataPath(string data) => Path.Combine(data, "store", "metadata", "metadata.db");

    public static string RootKeyPath(string data) => Path.Combine(data, "keys", "root.key");

    public static string StoragePath(string data) => Path.Combine(data, "objects");

    /// <summary>Starts, sweeps and collects to the end, and holds what is left against what was told. Whatever is not as promised is thrown.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var options = new TestServerOptions { DataDirectory = directory };
        options.Set("metadata.sqlite.path", MetadataPath(directory)).Set("encryption.root_key_file", RootKeyPath(directory));
        await using (var store = await StoreOpening.OpenAsync(options.Load(ownedDirectory: null), options.ToEnvironment(), cancellationToken))
        {
            await StoreAudit.CheckAsync(store, cancellationToken);
            await CheckSecretsAsync(store, cancellationToken);
            await CheckObjectsAsync(store, cancellationToken);
            foreach (var (bucket, allowed) in history.VersionsAt(moment))
            {
                await CheckVersionsAsync(store, bucket, allowed, cancellationToken);
            }
        }

        StoreAudit.NothingIsTemporary(StoragePath(directory));
    }

    /// <summary>What is wrapped by the root key opens, and after a start nothing needs a key before it.</summary>
    private async Task CheckSecretsAsync(OpenedStore store, CancellationToken cancellationToken)
    {
        foreach (var told in history.Secrets.Where(secret => secret.Answered <= moment))
        {
            var row = (await store.Metadata.FindCredentialAsync(told.AccessKey, cancellationToken)).ShouldNotBeNull($"{told.AccessKey} was told and is absent");
            var secret = store.RootKey.Unwrap(row.WrappedSecret.Span, StoreCredentialLookup.ContextOf(told.AccessKey));
            Encoding.UTF8.GetString(secret).ShouldBe(told.Secret, told.AccessKey);
            store.RootKey.IsWrappedByIt(row.WrappedSecret.Span).ShouldBeTrue($"{told.AccessKey} needs a key that is not in force");
        }

        var storeKeys = await store.Metadata.ListStoreKeysAsync(cancellationToken);
        (history.StoreKeyAnswered <= moment && storeKeys.IsEmpty).ShouldBeFalse("the key of the store was relied on and is absent");
        foreach (var row in storeKeys)
        {
            store.RootKey.Unwrap(row.WrappedKey.Span, StoreKeys.ContextOf(row.Id)).Length.ShouldBe(DataKey.SizeBytes);
            store.RootKey.IsWrappedByIt(row.WrappedKey.Span).ShouldBeTrue($"key {row.Id} of the store needs a key that is not in force");
        }

        var path = RootKeyPath(directory);
        (File.Exists(path), RootKeyFile.IsRotating(path), RootKeyFile.HasFormer(path)).ShouldBe((true, false, false));
    }

    private async Task CheckObjectsAsync(OpenedStore store, CancellationToken cancellationToken)
    {
        var bucket = await store.Metadata.FindBucketAsync(CrashClient.Bucket, cancellationToken);
        if (bucket is null)
        {
            (history.BucketAnswered <= moment).ShouldBeFalse("the bucket was acknowledged and is absent");
            return;
        }

        var allowed = history.AllowedAt(moment);
        var page = await store.Metadata.ListObjectsAsync(bucket.BucketId, new ListQuery("", "", After: null, 1000), cancellationToken);
        page.NextAfter.ShouldBeNull();
        var listed = page.Objects.ToDictionary(record => record.Key, StringComparer.Ordinal);
        foreach (var key in allowed.Keys.Union(listed.Keys))
        {
            var record = await store.Metadata.FindObjectAsync(bucket.BucketId, key, cancellationToken);
            listed.GetValueOrDefault(key)?.ETag.ShouldBe(record?.ETag, $"{key} as it is listed");
            var content = record is null ? null : await ReadAsync(store, record, cancellationToken);
            var permitted = allowed.GetValueOrDefault(key) ?? [null];
            if (!permitted.Contains(content))
            {
                throw new InvalidOperationException(
                    $"{key} holds {content ?? "nothing"}; it may hold {string.Join(", or ", permitted.Select(some => some ?? "nothing"))}.");
            }
        }

        var counters = await store.Metadata.CountAsync(bucket.BucketId, cancellationToken);
        counters.ShouldBe(new BucketCounters(listed.Count, listed.Values.Sum(record => record.Size)));
        await CheckUploadsAsync(store, bucket.BucketId, cancellationToken);
    }

    private async Task CheckUploadsAsync(OpenedStore store, long bucketId, CancellationToken cancellationToken)
    {
        var reader = new ObjectReader(store.Metadata, store.Storage);
        foreach (var (upload, parts) in history.UploadsAt(moment))
        {
            (await store.Metadata.FindUploadAsync(bucketId, upload.Key, upload.UploadId, cancellationToken))
                .ShouldNotBeNull($"upload {upload.UploadId} was acknowledged and is absent");
            var stored = await store.Metadata.ListPartsAsync(upload.UploadId, after: 0, limit: 1000, cancellationToken);
            foreach (var part in parts)
            {
                var record = stored.FirstOrDefault(some => some.PartNumber == part.Number)
                    ?? throw new InvalidOperationException($"Part {part.Number} of upload {upload.UploadId} was acknowledged and is absent.");
                await using var content = await reader.OpenSegmentAsync(record.Segments.Single(), 0, record.Size, dataKey: null, cancellationToken);
                (await History.ContentOfAsync(record.Size, content, cancellationToken))
                    .ShouldBe(part.Content, $"part {part.Number} of upload {upload.UploadId}");
            }
        }
    }

    private static async Task CheckVersionsAsync(OpenedStore store, string name, List<BucketVersions?> allowed, CancellationToken cancellationToken)
    {
        BucketVersions? actual = null;
        if (await store.Metadata.FindBucketAsync(name, cancellationToken) is { } bucket)
        {
            var page = await store.Metadata.ListVersionsAsync(bucket.BucketId, new VersionListQuery("", "", null, null, 1000), cancellationToken);
            page.IsTruncated.ShouldBeFalse();
            var versions = new List<KnownVersion>();
            foreach (var (record, _) in page.Versions)
            {
                var content = record.IsDeleteMarker ? null : await ReadAsync(store, record, cancellationToken);
                versions.Add(new KnownVersion(record.Key, record.VersionId, content, record.Tags.Select(tag => tag.Value).SingleOrDefault(), record.Lock));
            }

            actual = new BucketVersions(bucket.Versioning, versions);
            await VersionRules.CheckAsync(store.Metadata, bucket.BucketId, cancellationToken);
        }

        if (!allowed.Exists(state => state is null ? actual is null : state.IsAs(actual)))
        {
            throw new InvalidOperationException(
                $"Bucket {name} is {actual?.ToString() ?? "absent"}\nand may be {string.Join("\nor ", allowed.Select(state => state?.ToString() ?? "absent"))}");
        }
    }

    private static async Task<string> ReadAsync(OpenedStore store, ObjectRecord record, CancellationToken cancellationToken)
    {
        await using var content = await new ObjectReader(store.Metadata, store.Storage).OpenAsync(record, 0, record.Size, dataKey: null, cancellationToken);
        return await History.ContentOfAsync(record.Size, content, cancellationToken);
    }
}
