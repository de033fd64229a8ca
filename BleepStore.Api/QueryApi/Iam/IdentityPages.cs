using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.QueryApi.Iam;

/// <summary>Pages of lists: of identities from the store, and of what a record holds.</summary>
internal sealed class IdentityPages(IMetadataStore metadata)
{
    private const int Rows = 500;

    /// <summary>One page of the identities of a kind that a rule takes.</summary>
    public async ValueTask<(ImmutableArray<IdentityRecord> Items, string? NextMarker)> ListAsync(
        QueryRequest request, IdentityKind kind, Func<IdentityRecord, bool> takes, CancellationToken cancellationToken)
    {
        var (limit, after) = (request.MaxItems, FindMarker(request));
        var items = ImmutableArray.CreateBuilder<IdentityRecord>();
        while (true)
        {
            var rows = await metadata.ListIdentitiesAsync(request.AccountId, kind, after, Rows, cancellationToken);
            foreach (var row in rows)
            {
                if (!takes(row))
                {
                    continue;
                }

                if (items.Count == limit)
                {
                    return (items.ToImmutable(), MarkerOf(items[^1].Name));
                }

                items.Add(row);
            }

            if (rows.Length < Rows)
            {
                return (items.ToImmutable(), null);
            }

            after = rows[^1].Name;
        }
    }

    /// <summary>One page of items in order of their name.</summary>
    public static (ImmutableArray<T> Items, string? NextMarker) Page<T>(QueryRequest request, IEnumerable<T> all, Func<T, string> nameOf)
    {
        var (limit, after) = (request.MaxItems, FindMarker(request));
        var rest = all.OrderBy(nameOf, StringComparer.Ordinal).Where(item => after is null || string.CompareOrdinal(nameOf(item), after) > 0)
            .Take(limit + 1).ToImmutableArray();
        return rest.Length > limit ? (rest[..limit], MarkerOf(nameOf(rest[limit - 1]))) : (rest, null);
    }

    private static string MarkerOf(string name) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(name));

    private static string? FindMarker(QueryRequest request)
    {
        if (request.Find("Marker") is not { } marker)
        {
            return null;
        }

        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(Base64Url.DecodeFromChars(marker));
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            throw new QueryException(QueryErrors.ValidationError.Because("Invalid Marker."), e);
        }
    }
}
