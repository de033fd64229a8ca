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

        var parameters = ImmutableArray.CreateBuilder<QueryParameter>();
        foreach (var range in text.Split('&'))
        {
            var pair = text[range];
            if (pair.IsEmpty)
            {
                continue;
            }

            var equals = pair.IndexOf('=');
            var name = PercentEncoding.Decode(equals < 0 ? pair : pair[..equals], plusIsSpace: true);
            var value = equals < 0 ? "" : PercentEncoding.Decode(pair[(equals + 1)..], plusIsSpace: true);
            parameters.Add(new QueryParameter(name, value, HasValue: equals >= 0));
        }

        return new S3Query(parameters.DrainToImmutable());
    }
}
