using System.Globalization;
using System.Text;
using BleepStore.Metadata;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.RecordEncoding;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Metadata;

/// <summary>Writes records and whole stores as text, so that two of them can be compared and a difference can be read.</summary>
internal static class Describe
{
    public static string Record(ObjectRecord record) => Hex(ObjectRecordEncoding.Encode(new RecordWriter(), record));

    public static string Identity(IdentityRecord record) => Hex(IdentityRecordEncoding.Encode(new RecordWriter(), record));

    /// <summary>All that queries tell of a store, but its id and sequence.</summary>
    public static async Task<string> StoreAsync(IMetadataStore store, CancellationToken cancellationToken)
    {
        const int All = int.MaxValue;
        var writer = new RecordWriter();
        var text = new StringBuilder();
        foreach (var bucket in await store.ListBucketsAsync(null, "", null, All, cancellationToken))
        {
            var counters = await store.CountAsync(bucket.BucketId, cancellationToken);
            Line(text, $"bucket {bucket.Name} {Hex(BucketRecordEncoding.Encode(writer, bucket))} {counters}");
            foreach (var row in (await store.ListObjectsAsync(bucket.BucketId, new ListQuery("", "", null, All),
                cancellationToken)).Objects)
            {
                Line(text, $"object {row.Key} {Hex(ObjectRecordEncoding.Encode(writer, row))}");
                foreach (var segment in row.Segments)
                {
                    await InlineAsync(segment);
                }
            }

            foreach (var (row, isLatest) in (await store.ListVersionsAsync(bucket.BucketId, new VersionListQuery("", "", null, null, All),
                cancellationToken)).Versions)
            {
                Line(text, $"version {row.Key} {isLatest} {Hex(ObjectRecordEncoding.Encode(writer, row))}");
                foreach (var segment in row.Segments)
                {
                    await InlineAsync(segment);
                }
            }

            foreach (var row in (await store.ListUploadsAsync(bucket.BucketId, new UploadListQuery("", "", null, null, All),
                cancellationToken)).Uploads)
            {
                Line(text, $"upload {row.Key} {Hex(UploadRecordEncoding.Encode(writer, row))}");
            }
        }

        foreach (var row in await store.ListIdleUploadsAsync(DateTimeOffset.MaxValue, All, cancellationToken))
        {
            Line(text, $"idle {row.UploadId}");
            foreach (var part in await store.ListPartsAsync(row.UploadId, 0, All, cancellationToken))
            {
                Line(text, $"part {Hex(PartRecordEncoding.Encode(writer, part))}");
            }
        }

        foreach (var row in await store.ReadGarbageAsync(after: null, long.MaxValue, All, cancellationToken))
        {
            Line(text, $"garbage {row.Sequence} {row.Ordinal} {Hex(GarbageEntryEncoding.Encode(writer, row))}");
            await InlineAsync(row.Segment);
        }

        foreach (var row in await store.ReadOutboxAsync(0, All, cancellationToken))
        {
            Line(text, $"event {row.Sequence} {row.Ordinal} {Hex(OutboxEventEncoding.Encode(writer, row))}");
        }

        foreach (var row in await store.ListBlobOwnersAsync(null, All, cancellationToken))
        {
            Line(text, $"owner {row}");
        }

        foreach (var row in await store.ListCredentialsAsync(null, All, cancellationToken))
        {
            Line(text, $"credential {Hex(CredentialRecordEncoding.Encode(writer, row))}");
        }

        foreach (var account in await store.ListAccountsAsync(null, All, cancellationToken))
        {
            Line(text, $"account {Hex(AccountRecordEncoding.Encode(writer, account))}");
            foreach (var kind in Enum.GetValues<IdentityKind>())
            {
                foreach (var row in await store.ListIdentitiesAsync(account.Id, kind, null, All, cancellationToken))
                {
                    Line(text, $"identity {Hex(IdentityRecordEncoding.Encode(writer, row))}");
                }
            }
        }

        foreach (var row in await store.ListStoreKeysAsync(cancellationToken))
        {
            Line(text, $"store key {row.Id} {Hex(row.WrappedKey.Span)}");
        }

        Line(text, $"lifecycle place {await store.FindLifecyclePlaceAsync(cancellationToken)}");
        Line(text, $"backends {string.Join(' ', await store.ListBackendsAsync(cancellationToken))}");
        Line(text, $"boots {string.Join(' ', await store.ListBootsAsync(0, cancellationToken))}");
        Line(text, $"counters {await store.CountAllAsync(cancellationToken)}");
        return text.ToString();

        async Task InlineAsync(Segment? segment)
        {
            if (segment is { Kind: SegmentKind.Inline })
            {
                var body = await store.FindInlineBodyAsync(segment.BlobId, cancellationToken);
                Line(text, $"inline {segment.BlobId:x} {(body is { } bytes ? Convert.ToHexString(bytes.Span) : "-")}");
            }
        }
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    private static void Line(StringBuilder text, FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
