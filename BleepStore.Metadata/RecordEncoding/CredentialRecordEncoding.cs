using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.RecordEncoding;

/// <summary>The bytes of a <see cref="CredentialRecord"/>.</summary>
internal static class CredentialRecordEncoding
{
    public static ReadOnlySpan<byte> Encode(RecordWriter writer, CredentialRecord record)
    {
        writer.Begin();
        writer.Text(1, record.AccessKey);
        writer.Bytes(2, record.WrappedSecret.Span);
        writer.Text(3, record.AccountId);
        writer.Text(4, record.PrincipalId);
        writer.Text(5, record.DisplayName);
        writer.Flag(6, record.IsAccountRoot);
        writer.Flag(7, record.IsStoreRoot);
        writer.Flag(8, !record.Active);
        writer.Number(9, (int)record.Origin);
        writer.Time(10, record.CreatedAt);
        return writer.Written;
    }

    public static CredentialRecord Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = RecordReader.Open(bytes);
        var (key, secret, account, principal, name) = ("", Array.Empty<byte>(), "", "", "");
        var (accountRoot, storeRoot, active, origin, created) = (false, false, true, default(CredentialOrigin), default(DateTimeOffset));
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: key = reader.Text(); break;
                case 2: secret = reader.Bytes().ToArray(); break;
                case 3: account = reader.Text(); break;
                case 4: principal = reader.Text(); break;
                case 5: name = reader.Text(); break;
                case 6: accountRoot = reader.Flag(); break;
                case 7: storeRoot = reader.Flag(); break;
                case 8: active = !reader.Flag(); break;
                case 9: origin = (CredentialOrigin)reader.Int32(); break;
                case 10: created = reader.Time(); break;
            }
        }

        return new CredentialRecord
        {
            AccessKey = key,
            WrappedSecret = secret,
            AccountId = account,
            PrincipalId = principal,
            DisplayName = name,
            IsAccountRoot = accountRoot,
            IsStoreRoot = storeRoot,
            Active = active,
            Origin = origin,
            CreatedAt = created,
        };
    }
}
