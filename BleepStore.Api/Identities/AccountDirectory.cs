using System.Collections.Concurrent;
using BleepStore.Metadata;

namespace BleepStore.Api.Identities;

/// <summary>Finds the account that an ARN names by its number. What was found is remembered: a number never changes.</summary>
internal sealed class AccountDirectory(IMetadataStore metadata)
{
    private const int PageSize = 1000;

    private readonly ConcurrentDictionary<string, string> _idsByNumber = new(StringComparer.Ordinal);

    /// <summary>Canonical id of the account with that number, or with that id; null when there is none.</summary>
    public async ValueTask<string?> FindIdAsync(string numberOrId, CancellationToken cancellationToken)
    {
        if (await metadata.FindAccountAsync(numberOrId, cancellationToken) is { } account)
        {
            return account.Id;
        }

        if (!AccountNumber.IsNumber(numberOrId))
        {
            return null;
        }

        if (_idsByNumber.TryGetValue(numberOrId, out var known))
        {
            return known;
        }

        for (string? after = null; ;)
        {
            var page = await metadata.ListAccountsAsync(after, PageSize, cancellationToken);
            foreach (var found in page)
            {
                _idsByNumber.TryAdd(AccountNumber.Of(found.Id), found.Id);
            }

            if (page.Length < PageSize || _idsByNumber.ContainsKey(numberOrId))
            {
                return _idsByNumber.GetValueOrDefault(numberOrId);
            }

            after = page[^1].Id;
        }
    }
}
