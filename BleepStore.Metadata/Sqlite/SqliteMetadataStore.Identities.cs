using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Sqlite;

/// <summary>The queries for accounts and their identities.</summary>
public sealed partial class SqliteMetadataStore
{
    /// <inheritdoc/>
    public ValueTask<ImmutableArray<AccountRecord>> ListAccountsAsync(string? after, int limit, CancellationToken cancellationToken)
        => ReadAsync((after, limit), static (queries, page)
            => queries.Identities.ListAccounts(page.after, page.limit).ToImmutableArray(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IdentityRecord?> FindIdentityAsync(string accountId, IdentityKind kind, string name, CancellationToken cancellationToken)
    {
        var key = KnownRows.IdentityKey(accountId, kind, name);
        if (_known.Identities.TryFind(key, out var known) && _disposed == 0 && !cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromResult<IdentityRecord?>(known);
        }

        return ReadAsync(
            (cache: _known.Identities, key, accountId, kind, name),
            static (queries, row) =>
            {
                var epoch = row.cache.Epoch;
                var found = queries.Identities.Find(row.accountId, row.kind, row.name);
                if (found is not null)
                {
                    row.cache.Keep(row.key, found, epoch);
                }

                return found;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<IdentityRecord>> ListIdentitiesAsync(
        string accountId, IdentityKind kind, string? after, int limit, CancellationToken cancellationToken)
        => ReadAsync(
            (accountId, kind, after, limit),
            static (queries, page) => queries.Identities.List(page.accountId, page.kind, page.after, page.limit).ToImmutableArray(),
            cancellationToken);
}
