using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.RecordEncoding;

/// <summary>The bytes of a <see cref="PartRecord"/>.</summary>
internal static class PartRecordEncoding
{
    public static ReadOnlySpan<byte> Encode(RecordWriter writer, PartRecord record)
    {
        writer.Begin();
        writer.Text(1, record.UploadId);
        writer.Number(2, record.PartNumber);
        writer.Number(3, record.Size);
        writer.Text(4, record.ETag);
        writer.Time(5, record.LastModified);
        ContentEncoding.WriteChecksum(writer, 6, record.Checksum);
        SegmentEncoding.WriteAll(writer, 7, record.Segments);
        ContentEncoding.WriteChecksum(writer, 8, record.WholeChecksum);
        EncryptionEncoding.Write(writer, record.Encryption);
        return writer.Written;
    }

    public static PartRecord Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = RecordReader.Open(bytes);
        var (id, number, size, etag, modified, checksum) = ("", 0, 0L, "", default(DateTimeOffset), default(ChecksumRecord));
        var (whole, encryption) = (default(ChecksumRecord), default(EncryptionRecord));
        ImmutableArray<Segment>.Builder? segments = null;
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: id = Names.Of(reader.Bytes()); break;
                case 2: number = reader.Int32(); break;
                case 3: size = reader.Number(); break;
                case 4: etag = reader.Text(); break;
                case 5: modified = reader.Time(); break;
                case 6: checksum = ContentEncoding.ReadChecksum(reader.Message()); break;
                case 7: ContentEncoding.Add(ref segments, SegmentEncoding.Read(reader.Message())); break;
                case 8: whole = ContentEncoding.ReadChecksum(reader.Message()); break;
                case EncryptionEncoding.Field: encryption = EncryptionEncoding.Read(reader.Message()); break;
            }
        }

        return new PartRecord
        {
            UploadId = id,
            PartNumber = number,
            Size = size,
            ETag = etag,
            LastModified = modified,
            Checksum = checksum,
            WholeChecksum = whole,
            Segments = ContentEncoding.Finish(segments),
            Encryption = encryption,
        };
    }
}
