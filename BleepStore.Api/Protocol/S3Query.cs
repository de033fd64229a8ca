using System.Collections.Frozen;
using System.Collections.Immutable;

namespace BleepStore.Api.Protocol;

/// <summary>One parameter of the query string, decoded once.</summary>
/// <param name="Name">Decoded name; case matters.</param>
/// <param name="Value">Decoded value; empty where there is none.</param>
/// <param name="HasValue">False for <c>?acl</c>, true for <c>?acl=</c>.</param>
internal readonly record struct QueryParameter(string Name, string Value, bool HasValue);

/// <summary>The query string in the order it was sent, for routing, operations and signatures alike.</summary>
internal sealed class S3Query(ImmutableArray<QueryParameter> parameters)
{
    public static readonly S3Query Empty = new([]);

    // Names that come with most requests, so that reading one allocates nothing.
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> KnownNames = FrozenSet.ToFrozenSet(
    [
        "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature", "X-Amz-Content-Sha256", "x-id",
        "list-type", "prefix", "delimiter", "start-after", "continuation-token", "max-keys", "encoding-type", "fetch-owner", "marker", "uploadId",
        "partNumber", "uploads", "delete", "versionId",
    ]).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>All parameters in the order sent, duplicates included.</summary>
    public ImmutableArray<QueryParameter> Parameters { get; } = parameters;

    /// <summary>The value of the first parameter of that name; null when absent.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var parameter in Parameters)
            {
                if (string.Equals(parameter.Name, name, StringComparison.Ordinal))
                {
                    return parameter.Value;
                }
            }

            return null;
        }
    }

    public bool Contains(string name) => this[name] is not null;

    /// <summary>Parses what follows the question mark. Percent-decodes once, <c>+</c> means a space.</summary>
    /// <exception cref="S3Exception">InvalidURI: a broken percent sequence or bytes that are not UTF-8.</exception>
    public static S3Query Parse(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return Empty;
        }

        var parameters = ImmutableArray.CreateBuilder<QueryParameter>(text.Count('&') + 1);
        foreach (var range in text.Split('&'))
        {
            var pair = text[range];
            if (pair.IsEmpty)
            {
                continue;
            }

            var equals = pair.IndexOf('=');
            var name = NameOf(equals < 0 ? pair : pair[..equals]);
            var value = equals < 0 ? "" : PercentEncoding.Decode(pair[(equals + 1)..], plusIsSpace: true);
            parameters.Add(new QueryParameter(name, value, HasValue: equals >= 0));
        }

        return new S3Query(parameters.DrainToImmutable());
    }

    private static string NameOf(ReadOnlySpan<char> text)
        => KnownNames.TryGetValue(text, out var known) ? known : PercentEncoding.Decode(text, plusIsSpace: true);
}
