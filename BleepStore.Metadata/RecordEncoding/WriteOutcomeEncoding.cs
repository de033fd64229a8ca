using BleepStore.Metadata.Commands;

namespace BleepStore.Metadata.RecordEncoding;

/// <summary>The bytes of a remembered <see cref="WriteOutcome"/>.</summary>
internal static class WriteOutcomeEncoding
{
    public static void Write(RecordWriter writer, WriteOutcome outcome)
    {
        writer.Number(1, (int)outcome.Status);
        writer.Number(2, outcome.Order);
        writer.OptionalText(3, outcome.VersionId);
        writer.Time(4, outcome.LastModified);
        writer.OptionalText(5, outcome.OwnerId);
        writer.Flag(6, outcome.IsDeleteMarker);
    }

    public static WriteOutcome Read(RecordReader reader)
    {
        var (status, order, version, modified, owner) = (WriteStatus.Done, 0L, default(string), default(DateTimeOffset), default(string));
        var isMarker = false;
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: status = (WriteStatus)reader.Int32(); break;
                case 2: order = reader.Number(); break;
                case 3: version = reader.Text(); break;
                case 4: modified = reader.Time(); break;
                case 5: owner = reader.Text(); break;
                case 6: isMarker = reader.Flag(); break;
            }
        }

        return new WriteOutcome(status, order, version, modified, owner, isMarker);
    }

    public static ReadOnlySpan<byte> Encode(RecordWriter writer, WriteOutcome outcome)
    {
        Write(writer.Begin(), outcome);
        return writer.Written;
    }

    public static WriteOutcome Decode(ReadOnlySpan<byte> bytes) => Read(RecordReader.Open(bytes));
}
