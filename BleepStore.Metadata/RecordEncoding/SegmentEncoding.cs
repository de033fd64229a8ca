using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.RecordEncoding;

/// <summary>
/// The bytes of a <see cref="Segment"/>: the way back from metadata to blobs, so never changed, only added to. Field 7 is kept free for
/// a part number.
/// </summary>
internal static class SegmentEncoding
{
    public static void Write(RecordWriter writer, Segment segment)
    {
        writer.Number(1, (int)segment.Kind);
        writer.Id(2, segment.BlobId);
        writer.Text(3, segment.Backend);
        writer.Text(4, segment.Locator);
        writer.Number(5, segment.Length);
        writer.Number(6, segment.StoredLength);
        writer.Bytes(8, segment.KeySalt.Span);
    }

    public static Segment Read(RecordReader reader)
    {
        var (kind, id, backend, locator, length, stored, salt) = (SegmentKind.Blob, UInt128.Zero, "", "", 0L, 0L, Array.Empty<byte>());
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: kind = (SegmentKind)reader.Int32(); break;
                case 2: id = reader.Id(); break;
                case 3: backend = Names.Of(reader.Bytes()); break;
                case 4: locator = reader.Text(); break;
                case 5: length = reader.Number(); break;
                case 6: stored = reader.Number(); break;
                case 8: salt = reader.Bytes().ToArray(); break;
            }
        }

        return new Segment(kind, id, backend, locator, length, stored) { KeySalt = salt };
    }

    public static void WriteAll(RecordWriter writer, int field, ImmutableArray<Segment> segments)
    {
        foreach (var segment in segments)
        {
            var start = writer.BeginMessage(field);
            Write(writer, segment);
            writer.EndMessage(start);
        }
    }

    public static ReadOnlySpan<byte> Encode(RecordWriter writer, Segment segment)
    {
        Write(writer.Begin(), segment);
        return writer.Written;
    }

    public static Segment Decode(ReadOnlySpan<byte> record) => Read(RecordReader.Open(record));
}
