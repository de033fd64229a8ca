using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.RecordEncoding;

/// <summary>The bytes of an <see cref="UploadRecord"/>.</summary>
internal static class UploadRecordEncoding
{
    public static ReadOnlySpan<byte> Encode(RecordWriter writer, UploadRecord record)
    {
        writer.Begin();
        writer.Text(1, record.UploadId);
        writer.Number(2, record.BucketId);
        writer.Text(3, record.Key);
        writer.Time(4, record.InitiatedAt);
        writer.Text(5, record.InitiatorId);
        ContentEncoding.WriteHeaders(writer, 6, record.Headers);
        ContentEncoding.WritePairs(writer, 7, record.UserMetadata);
        ContentEncoding.WritePairs(writer, 8, record.Tags);
        AclEncoding.Write(writer, 9, record.Acl);
        writer.Text(10, record.StorageClass, omitted: "STANDARD");
        writer.Number(11, record.ChecksumAlgorithm);
        writer.Number(12, record.ChecksumType);
        ContentEncoding.WriteLock(writer, 20, record.Lock);
        EncryptionEncoding.Write(writer, record.Encryption);
        writer.OptionalText(28, record.WebsiteRedirect);
        return writer.Written;
    }

    public static UploadRecord Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = RecordReader.Open(bytes);
        var (id, bucketId, key, initiated, initiator) = ("", 0L, "", default(DateTimeOffset), "");
        var (headers, acl, storageClass, algorithm, type) = (ContentEncoding.NoHeaders, AclEncoding.Nobody, "STANDARD", 0, 0);
        var encryption = default(EncryptionRecord);
        string? redirect = null;
        ImmutableArray<KeyValuePair<string, string>>.Builder? metadata = null, tags = null;
        var locked = ObjectLock.None;
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: id = reader.Text(); break;
                case 2: bucketId = reader.Number(); break;
                case 3: key = reader.Text(); break;
                case 4: initiated = reader.Time(); break;
                case 5: initiator = Names.Of(reader.Bytes()); break;
                case 6: headers = ContentEncoding.ReadHeaders(reader); break;
                case 7: ContentEncoding.Add(ref metadata, ContentEncoding.ReadPair(reader.Message())); break;
                case 8: ContentEncoding.Add(ref tags, ContentEncoding.ReadPair(reader.Message())); break;
                case 9: acl = AclEncoding.Read(reader); break;
                case 10: storageClass = Names.Of(reader.Bytes()); break;
                case 11: algorithm = reader.Int32(); break;
                case 12: type = reader.Int32(); break;
                case 20: locked = ContentEncoding.ReadLock(reader.Message()); break;
                case EncryptionEncoding.Field: encryption = EncryptionEncoding.Read(reader.Message()); break;
                case 28: redirect = reader.Text(); break;
            }
        }

        return new UploadRecord
        {
            UploadId = id,
            BucketId = bucketId,
            Key = key,
            InitiatedAt = initiated,
            InitiatorId = initiator,
            Headers = headers,
            UserMetadata = ContentEncoding.Finish(metadata),
            Tags = ContentEncoding.Finish(tags),
            Acl = acl,
            StorageClass = storageClass,
            ChecksumAlgorithm = algorithm,
            ChecksumType = type,
            Lock = locked,
            Encryption = encryption,
            WebsiteRedirect = redirect,
        };
    }
}
