using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.RecordEncoding;

/// <summary>The bytes of a <see cref="CompletedUploadRecord"/>.</summary>
internal static class CompletedUploadRecordEncoding
{
    public static ReadOnlySpan<byte> Encode(RecordWriter writer, CompletedUploadRecord record)
    {
        writer.Begin();
        writer.Text(1, record.UploadId);
        writer.Number(2, record.BucketId);
        writer.Text(3, record.Key);
        writer.Bytes(4, record.PartListDigest.Span);
        writer.Time(5, record.CompletedAt);
        var start = writer.BeginMessage(6);
        WriteOutcomeEncoding.Write(writer, record.Outcome);
        writer.EndMessage(start);
        writer.Text(7, record.ETag);
        ContentEncoding.WriteChecksum(writer, 8, record.Checksum);
        return writer.Written;
    }

    public static CompletedUploadRecord Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = RecordReader.Open(bytes);
        var (id, bucketId, key, digest, completed) = ("", 0L, "", Array.Empty<byte>(), default(DateTimeOffset));
        var (outcome, etag, checksum) = (new WriteOutcome(WriteStatus.Done), "", default(ChecksumRecord));
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: id = reader.Text(); break;
                case 2: bucketId = reader.Number(); break;
                case 3: key = reader.Text(); break;
                case 4: digest = reader.Bytes().ToArray(); break;
                case 5: completed = reader.Time(); break;
                case 6: outcome = WriteOutcomeEncoding.Read(reader.Message()); break;
                case 7: etag = reader.Text(); break;
                case 8: checksum = ContentEncoding.ReadChecksum(reader.Message()); break;
            }
        }

        return new CompletedUploadRecord(id, bucketId, key, digest, completed, outcome, etag, checksum);
    }
}
