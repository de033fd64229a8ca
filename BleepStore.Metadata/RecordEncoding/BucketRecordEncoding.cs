using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.RecordEncoding;

/// <summary>The bytes of a <see cref="BucketRecord"/>.</summary>
internal static class BucketRecordEncoding
{
    public static ReadOnlySpan<byte> Encode(RecordWriter writer, BucketRecord record)
    {
        writer.Begin();
        writer.Number(1, record.BucketId);
        writer.Text(2, record.Name);
        writer.Text(3, record.Region);
        writer.Text(4, record.OwnerId);
        writer.Time(5, record.CreatedAt);
        AclEncoding.Write(writer, 6, record.Acl);
        writer.Number(7, (int)record.Versioning);
        writer.Flag(8, record.ObjectLockEnabled);
        ContentEncoding.WritePairs(writer, 9, record.Configurations);
        if (record.DefaultRetention is { } retention)
        {
            writer.Number(15, (int)retention.Mode);
            writer.Number(16, retention.Days);
            writer.Number(17, retention.Years);
        }

        return writer.Written;
    }

    public static BucketRecord Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = RecordReader.Open(bytes);
        var (id, name, region, owner, created) = (0L, "", "", "", default(DateTimeOffset));
        var (acl, versioning, locked) = (AclEncoding.Nobody, VersioningState.Unversioned, false);
        var (mode, days, years) = (RetentionMode.None, 0, 0);
        var configurations = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: id = reader.Number(); break;
                case 2: name = reader.Text(); break;
                case 3: region = Names.Of(reader.Bytes()); break;
                case 4: owner = Names.Of(reader.Bytes()); break;
                case 5: created = reader.Time(); break;
                case 6: acl = AclEncoding.Read(reader); break;
                case 7: versioning = (VersioningState)reader.Int32(); break;
                case 8: locked = reader.Flag(); break;
                case 15: mode = (RetentionMode)reader.Int32(); break;
                case 16: days = reader.Int32(); break;
                case 17: years = reader.Int32(); break;
                case 9:
                    var (document, json) = ContentEncoding.ReadPair(reader.Message());
                    configurations = configurations.SetItem(document, json);
                    break;
            }
        }

        return new BucketRecord
        {
            BucketId = id,
            Name = name,
            Region = region,
            OwnerId = owner,
            CreatedAt = created,
            Acl = acl,
            Versioning = versioning,
            ObjectLockEnabled = locked,
            DefaultRetention = mode == RetentionMode.None ? null : new DefaultRetention(mode, days, years),
            Configurations = configurations,
        };
    }
}
