using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace BleepStore.Api.Policies;

/// <summary>One value of a condition, compiled for its operator.</summary>
internal sealed class ConditionValue
{
    private const int ArnParts = 6;

    private readonly PolicyPattern _pattern;
    private readonly ImmutableArray<PolicyPattern> _arn;

    private ConditionValue(PolicyPattern pattern, ImmutableArray<PolicyPattern> arn)
        => (_pattern, _arn) = (pattern, arn);

    /// <summary>The value as the policy wrote it.</summary>
    public string Source => _pattern.Source;

    /// <summary>True when it stands for exactly one value: no wildcard, no variable.</summary>
    public bool IsFixed => _pattern.IsFixed;

    /// <summary>Compiles a value; null when it is none that the operator could compare.</summary>
    public static ConditionValue? Compile(ConditionOperator op, string source, bool withVariables)
    {
        var isLike = op.Comparison is Comparison.TextLike;
        var pattern = PolicyPattern.Compile(source, withVariables, isLike, op.Comparison == Comparison.TextIgnoringCase);
        if (op.Comparison == Comparison.Arn)
        {
            var parts = SplitArn(source);
            return new ConditionValue(
                PolicyPattern.Compile(source, withVariables, withWildcards: true),
                [.. parts.Select(part => PolicyPattern.Compile(part, withVariables, withWildcards: true))]);
        }

        return pattern.HasVariables || CanCompare(op.Comparison, source) ? new ConditionValue(pattern, []) : null;
    }

    /// <summary>True when a value of the request stands to this one as the operator wants, its negation aside.</summary>
    public bool Matches(ConditionOperator op, string value, IConditionKeys keys) => op.Comparison switch
    {
        Comparison.Text or Comparison.TextIgnoringCase or Comparison.TextLike => _pattern.Matches(value, keys),
        Comparison.Arn => MatchesArn(value, keys),
        _ => _pattern.Expand(keys) is { } wanted && Compare(op, value, wanted),
    };

    private static bool Compare(ConditionOperator op, string value, string wanted) => op.Comparison switch
    {
        Comparison.Number => TryNumber(value, out var number) && TryNumber(wanted, out var limit) && Stands(op.Relation, number.CompareTo(limit)),
        Comparison.Date => TryDate(value, out var date) && TryDate(wanted, out var limit) && Stands(op.Relation, date.CompareTo(limit)),
        Comparison.Binary => value == wanted,
        Comparison.Address => TryNetwork(wanted, out var network) && IPAddress.TryParse(value, out var address) && network.Contains(Plain(address)),
        _ => value.Equals(wanted, StringComparison.OrdinalIgnoreCase),
    };

    private static bool Stands(Relation relation, int order) => relation switch
    {
        Relation.Equal => order == 0,
        Relation.Less => order < 0,
        Relation.LessOrEqual => order <= 0,
        Relation.Greater => order > 0,
        _ => order >= 0,
    };

    private static bool CanCompare(Comparison comparison, string source) => comparison switch
    {
        Comparison.Number => TryNumber(source, out _),
        Comparison.Date => TryDate(source, out _),
        Comparison.Bool or Comparison.Null => bool.TryParse(source, out _),
        Comparison.Binary => Base64.IsValid(source),
        Comparison.Address => TryNetwork(source, out _),
        _ => true,
    };

    /// <summary>Reads an address or a block of them, <c>10.0.0.0/8</c>; bits behind the prefix are no matter, as on AWS.</summary>
    public static bool TryNetwork(string text, out IPNetwork network)
    {
        network = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address) || text.Contains('%', StringComparison.Ordinal))
        {
            return false;
        }

        var bits = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128;
        var length = bits;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > bits))
        {
            return false;
        }

        var bytes = address.GetAddressBytes();
        for (var bit = length; bit < bits; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        network = new IPNetwork(new IPAddress(bytes), length);
        return true;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static bool TryNumber(string text, out decimal number)
        => decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);

    private static bool TryDate(string text, out DateTimeOffset date)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 100_000_000_000)
        {
            date = DateTimeOffset.FromUnixTimeSeconds(seconds);
            return true;
        }

        return DateTimeOffset.TryParseExact(
            text,
            ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out date);
    }

    private bool MatchesArn(string value, IConditionKeys keys)
    {
        var parts = SplitArn(value);
        if (parts.Length != _arn.Length)
        {
            // A lone asterisk is every ARN, and nothing else is any.
            return _arn.Length == 1 && parts.Length == ArnParts && Source == "*";
        }

        for (var part = 0; part < parts.Length; part++)
        {
            if (!_arn[part].Matches(parts[part], keys))
            {
                return false;
            }
        }

        return true;
    }

    // A colon within a variable separates nothing, and the sixth part keeps its own colons.
    private static string[] SplitArn(string text)
    {
        var parts = new List<string>(ArnParts);
        var (start, depth) = (0, 0);
        for (var at = 0; at < text.Length && parts.Count < ArnParts - 1; at++)
        {
            depth = text[at] == '{' ? depth + 1 : text[at] == '}' ? depth - 1 : depth;
            if (text[at] == ':' && depth <= 0)
            {
                parts.Add(text[start..at]);
                start = at + 1;
            }
        }

        parts.Add(text[start..]);
        return [.. parts];
    }
}
