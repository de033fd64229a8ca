using System.Collections.Immutable;
using System.Text;

namespace BleepStore.Api.Policies;

/// <summary>
/// One text of a policy, compiled: an action, a resource or the value of a condition, with its wildcards and policy variables.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
/// </summary>
internal sealed class PolicyPattern
{
    private readonly ImmutableArray<Piece> _pieces;
    private readonly bool _ignoreCase;
    private readonly char[] _fixedText;
    private readonly bool[] _fixedWild;

    private PolicyPattern(string source, ImmutableArray<Piece> pieces, bool ignoreCase)
    {
        Source = source;
        _pieces = pieces;
        _ignoreCase = ignoreCase;
        HasVariables = pieces.Any(piece => piece.Variable is not null);
        (_fixedText, _fixedWild) = HasVariables ? ([], []) : Resolve(NoConditionKeys.Instance) ?? ([], []);
    }

    /// <summary>The text as the policy wrote it.</summary>
    public string Source { get; }

    public bool HasVariables { get; }

    /// <summary>True when only one text fits, whatever is asked.</summary>
    public bool IsFixed => !HasVariables && !_fixedWild.Contains(true);

    /// <summary>Compiles a text.</summary>
    /// <param name="source">The text.</param>
    /// <param name="withVariables">Whether <c>${…}</c> stands for a value of the request: only policies of version 2012-10-17 have variables.</param>
    /// <param name="withWildcards">Whether <c>*</c> and <c>?</c> are wildcards.</param>
    /// <param name="ignoreCase">Whether letter case matters not.</param>
    public static PolicyPattern Compile(string source, bool withVariables, bool withWildcards, bool ignoreCase = false)
        => new(source, Split(source, withVariables, withWildcards), ignoreCase);

    /// <summary>True when the whole text fits. A variable whose value the request lacks, or has several of, fits nothing.</summary>
    public bool Matches(ReadOnlySpan<char> text, IConditionKeys keys)
    {
        if (!HasVariables)
        {
            return Glob.Matches(_fixedText, _fixedWild, text, _ignoreCase);
        }

        return Resolve(keys) is { } resolved && Glob.Matches(resolved.Text, resolved.IsWild, text, _ignoreCase);
    }

    /// <summary>The text with its variables replaced; null when one has no value. For what is compared by meaning: numbers, dates, addresses.</summary>
    public string? Expand(IConditionKeys keys)
        => HasVariables ? (Resolve(keys) is { } resolved ? new string(resolved.Text) : null) : new string(_fixedText);

    private (char[] Text, bool[] IsWild)? Resolve(IConditionKeys keys)
    {
        var text = new StringBuilder(Source.Length);
        var isWild = new List<bool>(Source.Length);
        foreach (var piece in _pieces)
        {
            var value = piece.Text;
            if (piece.Variable is { } variable)
            {
                var values = keys.Find(variable);
                value = values.Length == 1 ? values[0] : values.IsEmpty ? piece.Default : null;
                if (value is null)
                {
                    return null;
                }
            }

            text.Append(value);
            isWild.AddRange(Enumerable.Repeat(piece.IsWild, value.Length));
        }

        return (text.ToString().ToCharArray(), [.. isWild]);
    }

    private static ImmutableArray<Piece> Split(string source, bool withVariables, bool withWildcards)
    {
        var pieces = ImmutableArray.CreateBuilder<Piece>();
        var literal = new StringBuilder();
        for (var at = 0; at < source.Length; at++)
        {
            var end = withVariables && source[at] == '$' && at + 1 < source.Length && source[at + 1] == '{' ? source.IndexOf('}', at) : -1;
            if (end > at + 2)
            {
                var name = source[(at + 2)..end];
                at = end;

                // These three are how a policy writes the character itself.
                if (name is "*" or "?" or "$")
                {
                    literal.Append(name);
                    continue;
                }

                Flush(pieces, literal);
                pieces.Add(OfVariable(name));
            }
            else if (withWildcards && source[at] is '*' or '?')
            {
                Flush(pieces, literal);
                pieces.Add(new Piece(source[at].ToString(), IsWild: true, Variable: null, Default: null));
            }
            else
            {
                literal.Append(source[at]);
            }
        }

        Flush(pieces, literal);
        return pieces.DrainToImmutable();
    }

    private static Piece OfVariable(string name)
    {
        var comma = name.IndexOf(',', StringComparison.Ordinal);
        var key = (comma < 0 ? name : name[..comma]).Trim();
        var fallback = comma < 0 ? null : name[(comma + 1)..].Trim();
        return new Piece("", IsWild: false, ConditionKey.Normalize(key), fallback is ['\'', .., '\''] ? fallback[1..^1] : fallback);
    }

    private static void Flush(ImmutableArray<Piece>.Builder pieces, StringBuilder literal)
    {
        if (literal.Length > 0)
        {
            pieces.Add(new Piece(literal.ToString(), IsWild: false, Variable: null, Default: null));
            literal.Clear();
        }
    }

    /// <summary>A stretch of literal characters, one wildcard, or one variable.</summary>
    private sealed record Piece(string Text, bool IsWild, string? Variable, string? Default);
}
