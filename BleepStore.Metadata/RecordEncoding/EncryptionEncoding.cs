using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.RecordEncoding;

/// <summary>The bytes of an <see cref="EncryptionRecord"/>: field 24 of objects, uploads and parts.</summary>
internal static class EncryptionEncoding
{
    /// <summary>The field of all records that have one.</summary>
    public const int Field = 24;

    public static void Write(RecordWriter writer, EncryptionRecord? record)
    {
        if (record is null)
        {
            return;
        }

        var start = writer.BeginMessage(Field);
        writer.Number(1, (int)record.Mode);
        writer.Bytes(2, record.WrappedKey.Span);
        writer.Text(3, record.KeyId);
        writer.OptionalText(4, record.Context);
        writer.Flag(5, record.BucketKeyEnabled);
        writer.EndMessage(start);
    }

    public static EncryptionRecord Read(RecordReader reader)
    {
        var (mode, key, keyId, context, hasBucketKey) = (default(EncryptionMode), Array.Empty<byte>(), "", default(string), false);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: mode = (EncryptionMode)reader.Int32(); break;
                case 2: key = reader.Bytes().ToArray(); break;
                case 3: keyId = Names.Of(reader.Bytes()); break;
                case 4: context = reader.Text(); break;
                case 5: hasBucketKey = reader.Flag(); break;
            }
        }

        return new EncryptionRecord(mode, key) { KeyId = keyId, Context = context, BucketKeyEnabled = hasBucketKey };
    }
}
