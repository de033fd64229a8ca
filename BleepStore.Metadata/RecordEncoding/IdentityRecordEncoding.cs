using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.RecordEncoding;

/// <summary>The bytes of an <see cref="IdentityRecord"/>.</summary>
internal static class IdentityRecordEncoding
{
    private static readonly IdentityRecord Empty = new() { AccountId = "", Kind = default, Name = "", Id = "" };

    public static ReadOnlySpan<byte> Encode(RecordWriter writer, IdentityRecord record)
    {
        writer.Begin();
        writer.Text(1, record.AccountId);
        writer.Number(2, (int)record.Kind);
        writer.Text(3, record.Name);
        writer.Text(4, record.Id);
        writer.Text(5, record.Path, omitted: "/");
        writer.Time(6, record.CreatedAt);
        writer.Time(7, record.UpdatedAt);
        ContentEncoding.WritePairs(writer, 8, record.Tags);
        ContentEncoding.WritePairs(writer, 9, record.InlinePolicies);
        WriteTexts(writer, 10, record.AttachedPolicies);
        WriteTexts(writer, 11, record.Groups);
        WriteTexts(writer, 12, record.AccessKeys);
        writer.OptionalText(13, record.Document);
        writer.OptionalText(14, record.Description);
        writer.Number(15, record.MaxSessionSeconds);
        writer.Number(16, record.References);
        writer.Number(17, (int)record.Origin);
        return writer.Written;
    }

    public static IdentityRecord Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = RecordReader.Open(bytes);
        var record = Empty;
        while (reader.Next(out var field))
        {
            record = field switch
            {
                1 => record with { AccountId = reader.Text() },
                2 => record with { Kind = (IdentityKind)reader.Int32() },
                3 => record with { Name = reader.Text() },
                4 => record with { Id = reader.Text() },
                5 => record with { Path = reader.Text() },
                6 => record with { CreatedAt = reader.Time() },
                7 => record with { UpdatedAt = reader.Time() },
                8 => record with { Tags = record.Tags.Add(ContentEncoding.ReadPair(reader.Message())) },
                9 => WithPolicy(record, ContentEncoding.ReadPair(reader.Message())),
                10 => record with { AttachedPolicies = record.AttachedPolicies.Add(reader.Text()) },
                11 => record with { Groups = record.Groups.Add(reader.Text()) },
                12 => record with { AccessKeys = record.AccessKeys.Add(reader.Text()) },
                13 => record with { Document = reader.Text() },
                14 => record with { Description = reader.Text() },
                15 => record with { MaxSessionSeconds = reader.Int32() },
                16 => record with { References = reader.Int32() },
                17 => record with { Origin = (CredentialOrigin)reader.Int32() },
                _ => record,
            };
        }

        return record;
    }

    private static IdentityRecord WithPolicy(IdentityRecord record, KeyValuePair<string, string> policy)
        => record with { InlinePolicies = record.InlinePolicies.SetItem(policy.Key, policy.Value) };

    private static void WriteTexts(RecordWriter writer, int field, ImmutableArray<string> texts)
    {
        foreach (var text in texts)
        {
            writer.OptionalText(field, text);
        }
    }
}
