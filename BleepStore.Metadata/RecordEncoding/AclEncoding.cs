using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.RecordEncoding;

/// <summary>The bytes of an <see cref="AccessControlList"/> within a record.</summary>
internal static class AclEncoding
{
    /// <summary>What a record without the field has.</summary>
    public static readonly AccessControlList Nobody = new("", []);

    private static readonly RecentValues<AccessControlList> Recent = new(ReadMessage);

    public static void Write(RecordWriter writer, int field, AccessControlList acl)
    {
        var start = writer.BeginMessage(field);
        writer.Text(1, acl.OwnerId);
        foreach (var grant in acl.Grants)
        {
            var inner = writer.BeginMessage(2);
            writer.Number(1, (int)grant.Kind);
            writer.Text(2, grant.Grantee);
            writer.Number(3, (int)grant.Permission);
            writer.EndMessage(inner);
        }

        writer.EndMessage(start);
    }

    /// <summary>The list that the current field of a record holds.</summary>
    public static AccessControlList Read(RecordReader record) => Recent.Of(record);

    private static AccessControlList ReadMessage(RecordReader reader)
    {
        var owner = "";
        ImmutableArray<AclGrant>.Builder? grants = null;
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: owner = Names.Of(reader.Bytes()); break;
                case 2: (grants ??= ImmutableArray.CreateBuilder<AclGrant>(1)).Add(ReadGrant(reader.Message())); break;
            }
        }

        return new AccessControlList(owner, grants?.DrainToImmutable() ?? []);
    }

    private static AclGrant ReadGrant(RecordReader reader)
    {
        var (kind, grantee, permission) = (GranteeKind.CanonicalUser, "", default(AclPermission));
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: kind = (GranteeKind)reader.Int32(); break;
                case 2: grantee = Names.Of(reader.Bytes()); break;
                case 3: permission = (AclPermission)reader.Int32(); break;
            }
        }

        return new AclGrant(kind, grantee, permission);
    }
}
