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

    /// <summary>Forgets what the transaction changed; after its commit, before it is published.</summary>
    public void ForgetChanged()
    {
        Buckets.ForgetChanged();
        Credentials.ForgetChanged();
        Accounts.ForgetChanged();
    }
}
