using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Sqlite;

/// <summary>The rows that nearly every request reads: who asks, and of which bucket.</summary>
internal sealed class KnownRows
{
    /// <summary>Buckets by name.</summary>
    public RowCache<BucketRecord> Buckets { get; } = new(limit: 4096);

    /// <summary>Credentials by access key.</summary>
    public RowCache<CredentialRecord> Credentials { get; } = new(limit: 10_000);

    /// <summary>Accounts by id.</summary>
    public RowCache<AccountRecord> Accounts { get; } = new(limit: 10_000);

    /// <summary>Identities by what <see cref="IdentityKey"/> makes of account, kind and name.</summary>
    public RowCache<IdentityRecord> Identities { get; } = new(limit: 10_000);

    /// <summary>Name of an identity among all of the store.</summary>
    public static string IdentityKey(string accountId, IdentityKind kind, string name)
        => string.Concat(accountId, "\n", Enum.GetName(kind), "\n" + IdentityRecord.KeyOf(name));

    /// <summary>Forgets what the transaction changed; after its commit, before it is published.</summary>
    public void ForgetChanged()
    {
        Buckets.ForgetChanged();
        Credentials.ForgetChanged();
        Accounts.ForgetChanged();
        Identities.ForgetChanged();
    }
}
