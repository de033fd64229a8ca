using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.RecordEncoding;

/// <summary>The bytes of a <see cref="GarbageEntry"/>; sequence and ordinal are its row's key.</summary>
internal static class GarbageEntryEncoding
{
    public static ReadOnlySpan<byte> Encode(RecordWriter writer, GarbageEntry entry)
    {
        writer.Begin();
        writer.Number(1, (int)entry.Kind);
        if (entry.Segment is not null)
        {
            SegmentEncoding.WriteAll(writer, 2, [entry.Segment]);
        }

        writer.OptionalText(3, entry.UploadId);
        writer.Number(4, entry.BucketId);
        return writer.Written;
    }

    public static GarbageEntry Decode(ReadOnlySpan<byte> bytes, long sequence, int ordinal)
    {
        var reader = RecordReader.Open(bytes);
        var (kind, segment, uploadId, bucketId) = (default(GarbageKind), default(Segment), default(string), 0L);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: kind = (GarbageKind)reader.Int32(); break;
                case 2: segment = SegmentEncoding.Read(reader.Message()); break;
                case 3: uploadId = reader.Text(); break;
                case 4: bucketId = reader.Number(); break;
            }
        }

        return new GarbageEntry(sequence, ordinal, kind, segment, uploadId, bucketId);
    }
}
