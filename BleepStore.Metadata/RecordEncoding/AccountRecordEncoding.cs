using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.RecordEncoding;

/// <summary>The bytes of an <see cref="AccountRecord"/>.</summary>
internal static class AccountRecordEncoding
{
    public static ReadOnlySpan<byte> Encode(RecordWriter writer, AccountRecord record)
    {
        writer.Begin();
        writer.Text(1, record.Id);
        writer.Text(2, record.DisplayName);
        writer.OptionalText(3, record.Email);
        return writer.Written;
    }

    public static AccountRecord Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = RecordReader.Open(bytes);
        var (id, name, email) = ("", "", default(string));
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: id = reader.Text(); break;
                case 2: name = reader.Text(); break;
                case 3: email = reader.Text(); break;
            }
        }

        return new AccountRecord(id, name, email);
    }
}
