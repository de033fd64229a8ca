using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.RecordEncoding;

/// <summary>The bytes of an <see cref="OutboxEvent"/> and its intent; sequence and ordinal are its row's key.</summary>
internal static class OutboxEventEncoding
{
    public static ReadOnlySpan<byte> Encode(RecordWriter writer, OutboxEvent record)
    {
        writer.Begin();
        var start = writer.BeginMessage(1);
        writer.Text(1, record.Intent.Id);
        writer.Text(2, record.Intent.Type);
        writer.Text(3, record.Intent.RequestId);
        writer.Text(4, record.Intent.Principal);
        writer.Text(5, record.Intent.SourceAddress);
        writer.Time(6, record.Intent.Time);
        foreach (var target in record.Intent.Targets)
        {
            writer.OptionalText(7, target);
        }

        writer.EndMessage(start);
        writer.Text(2, record.Bucket);
        writer.Text(3, record.Key);
        writer.Number(4, record.Order);
        writer.Text(5, record.VersionId);
        writer.Number(6, record.Size);
        writer.Text(7, record.ETag);
        return writer.Written;
    }

    public static OutboxEvent Decode(ReadOnlySpan<byte> bytes, long sequence, int ordinal)
    {
        var reader = RecordReader.Open(bytes);
        var intent = new EventIntent("", "", "", "", "", default, []);
        var (bucket, key, order, version, size, etag) = ("", "", 0L, "", 0L, "");
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: intent = ReadIntent(reader.Message()); break;
                case 2: bucket = Names.Of(reader.Bytes()); break;
                case 3: key = reader.Text(); break;
                case 4: order = reader.Number(); break;
                case 5: version = reader.Text(); break;
                case 6: size = reader.Number(); break;
                case 7: etag = reader.Text(); break;
            }
        }

        return new OutboxEvent(sequence, ordinal, intent, bucket, key, order, version, size, etag);
    }

    private static EventIntent ReadIntent(RecordReader reader)
    {
        var (id, type, request, principal, address, time) = ("", "", "", "", "", default(DateTimeOffset));
        ImmutableArray<string>.Builder? targets = null;
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: id = reader.Text(); break;
                case 2: type = Names.Of(reader.Bytes()); break;
                case 3: request = reader.Text(); break;
                case 4: principal = Names.Of(reader.Bytes()); break;
                case 5: address = Names.Of(reader.Bytes()); break;
                case 6: time = reader.Time(); break;
                case 7: ContentEncoding.Add(ref targets, Names.Of(reader.Bytes())); break;
            }
        }

        return new EventIntent(id, type, request, principal, address, time, ContentEncoding.Finish(targets));
    }
}
