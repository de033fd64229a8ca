using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.RecordEncoding;

/// <summary>The bytes of an <see cref="ObjectRecord"/>.</summary>
internal static class ObjectRecordEncoding
{
    /// <summary>Encodes a record; without its key where the row's own key says it.</summary>
    public static ReadOnlySpan<byte> Encode(RecordWriter writer, ObjectRecord record, bool withKey = true)
    {
        writer.Begin();
        if (withKey)
        {
            writer.Text(1, record.Key);
        }

        writer.Number(2, record.Order);
        writer.Text(3, record.VersionId, omitted: ObjectRecord.NullVersion);
        writer.Flag(4, !record.IsNull);
        writer.Flag(5, record.IsDeleteMarker);
        writer.Number(6, record.Size);
        writer.Text(7, record.ETag);
        writer.Time(8, record.LastModified);
        ContentEncoding.WriteHeaders(writer, 9, record.Headers);
        ContentEncoding.WritePairs(writer, 10, record.UserMetadata);
        ContentEncoding.WritePairs(writer, 11, record.Tags);
        AclEncoding.Write(writer, 12, record.Acl);
        writer.Text(13, record.StorageClass, omitted: "STANDARD");
        ContentEncoding.WriteChecksum(writer, 14, record.Checksum);
        SegmentEncoding.WriteAll(writer, 15, record.Segments);
        writer.OptionalText(16, record.UploadId);
        writer.Number(17, record.PartCount);
        ContentEncoding.WriteLock(writer, 20, record.Lock);
        EncryptionEncoding.Write(writer, record.Encryption);
        writer.OptionalText(28, record.WebsiteRedirect);
        return writer.Written;
    }

    /// <summary>Decodes a record whose row's key is <paramref name="key"/>; null where the record holds its key.</summary>
    public static ObjectRecord Decode(ReadOnlySpan<byte> bytes, string? key = null)
    {
        var reader = RecordReader.Open(bytes);
        var (order, version, isNull, marker, size, etag, modified) = (0L, ObjectRecord.NullVersion, true, false, 0L, "",
            default(DateTimeOffset));
        var (headers, acl, storageClass) = (ContentEncoding.NoHeaders, AclEncoding.Nobody, "STANDARD");
        var (checksum, uploadId, parts, encryption, redirect) = (default(ChecksumRecord), default(string), 0, default(EncryptionRecord), default(string));
        var locked = ObjectLock.None;
        ImmutableArray<KeyValuePair<string, string>>.Builder? metadata = null, tags = null;
        ImmutableArray<Segment>.Builder? segments = null;
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: key = reader.Text(); break;
                case 2: order = reader.Number(); break;
                case 3: version = reader.Text(); break;
                case 4: isNull = !reader.Flag(); break;
                case 5: marker = reader.Flag(); break;
                case 6: size = reader.Number(); break;
                case 7: etag = reader.Text(); break;
                case 8: modified = reader.Time(); break;
                case 9: headers = ContentEncoding.ReadHeaders(reader); break;
                case 10: ContentEncoding.Add(ref metadata, ContentEncoding.ReadPair(reader.Message())); break;
                case 11: ContentEncoding.Add(ref tags, ContentEncoding.ReadPair(reader.Message())); break;
                case 12: acl = AclEncoding.Read(reader); break;
                case 13: storageClass = Names.Of(reader.Bytes()); break;
                case 14: checksum = ContentEncoding.ReadChecksum(reader.Message()); break;
                case 15: ContentEncoding.Add(ref segments, SegmentEncoding.Read(reader.Message())); break;
                case 16: uploadId = reader.Text(); break;
                case 17: parts = reader.Int32(); break;
                case 20: locked = ContentEncoding.ReadLock(reader.Message()); break;
                case EncryptionEncoding.Field: encryption = EncryptionEncoding.Read(reader.Message()); break;
                case 28: redirect = reader.Text(); break;
            }
        }

        return new ObjectRecord
        {
            Key = key ?? "",
            Order = order,
            VersionId = version,
            IsNull = isNull,
            IsDeleteMarker = marker,
            Size = size,
            ETag = etag,
            LastModified = modified,
            Headers = headers,
            UserMetadata = ContentEncoding.Finish(metadata),
            Tags = ContentEncoding.Finish(tags),
            Acl = acl,
            StorageClass = storageClass,
            Checksum = checksum,
            Segments = ContentEncoding.Finish(segments),
            UploadId = uploadId,
            PartCount = parts,
            Lock = locked,
            Encryption = encryption,
            WebsiteRedirect = redirect,
        };
    }
}
