using System.Collections.Frozen;

namespace BleepStore.Api.Policies;

/// <summary>How a condition compares.</summary>
internal enum Comparison
{
    Text,
    TextIgnoringCase,
    TextLike,
    Arn,
    Number,
    Date,
    Bool,
    Binary,
    Address,
    Null,
}

/// <summary>How two values have to stand to each other.</summary>
internal enum Relation
{
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>How many of a key's values a condition speaks of.</summary>
internal enum Quantifier
{
    /// <summary>The one value of the key.</summary>
    None,

    /// <summary>Each value; true where there is none.</summary>
    ForAllValues,

    /// <summary>At least one value; false where there is none.</summary>
    ForAnyValue,
}

/// <summary>
/// One operator of a <c>Condition</c>, taken apart:
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
/// </summary>
/// <param name="Comparison">What is compared.</param>
/// <param name="Relation">How.</param>
/// <param name="IsNegated">True when no value of the policy may match.</param>
/// <param name="Quantifier">Whose values.</param>
/// <param name="IfExists">True when an absent key fulfils the condition.</param>
internal sealed record ConditionOperator(Comparison Comparison, Relation Relation, bool IsNegated, Quantifier Quantifier, bool IfExists)
{
    private const string AllPrefix = "ForAllValues:";
    private const string AnyPrefix = "ForAnyValue:";
    private const string ExistsSuffix = "IfExists";

    private static readonly FrozenDictionary<string, (Comparison Comparison, Relation Relation, bool IsNegated)> Names =
        new Dictionary<string, (Comparison, Relation, bool)>(StringComparer.OrdinalIgnoreCase)
        {
            ["StringEquals"] = (Comparison.Text, Relation.Equal, false),
            ["StringNotEquals"] = (Comparison.Text, Relation.Equal, true),
            ["StringEqualsIgnoreCase"] = (Comparison.TextIgnoringCase, Relation.Equal, false),
            ["StringNotEqualsIgnoreCase"] = (Comparison.TextIgnoringCase, Relation.Equal, true),
            ["StringLike"] = (Comparison.TextLike, Relation.Equal, false),
            ["StringNotLike"] = (Comparison.TextLike, Relation.Equal, true),
            ["NumericEquals"] = (Comparison.Number, Relation.Equal, false),
            ["NumericNotEquals"] = (Comparison.Number, Relation.Equal, true),
            ["NumericLessThan"] = (Comparison.Number, Relation.Less, false),
            ["NumericLessThanEquals"] = (Comparison.Number, Relation.LessOrEqual, false),
            ["NumericGreaterThan"] = (Comparison.Number, Relation.Greater, false),
            ["NumericGreaterThanEquals"] = (Comparison.Number, Relation.GreaterOrEqual, false),
            ["DateEquals"] = (Comparison.Date, Relation.Equal, false),
            ["DateNotEquals"] = (Comparison.Date, Relation.Equal, true),
            ["DateLessThan"] = (Comparison.Date, Relation.Less, false),
            ["DateLessThanEquals"] = (Comparison.Date, Relation.LessOrEqual, false),
            ["DateGreaterThan"] = (Comparison.Date, Relation.Greater, false),
            ["DateGreaterThanEquals"] = (Comparison.Date, Relation.GreaterOrEqual, false),
            ["Bool"] = (Comparison.Bool, Relation.Equal, false),
            ["BinaryEquals"] = (Comparison.Binary, Relation.Equal, false),
            ["IpAddress"] = (Comparison.Address, Relation.Equal, false),
            ["NotIpAddress"] = (Comparison.Address, Relation.Equal, true),
            ["ArnEquals"] = (Comparison.Arn, Relation.Equal, false),
            ["ArnLike"] = (Comparison.Arn, Relation.Equal, false),
            ["ArnNotEquals"] = (Comparison.Arn, Relation.Equal, true),
            ["ArnNotLike"] = (Comparison.Arn, Relation.Equal, true),
            ["Null"] = (Comparison.Null, Relation.Equal, false),
        }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The operator of that name; null when there is none.</summary>
    public static ConditionOperator? Find(string name)
    {
        var quantifier = name.StartsWith(AllPrefix, StringComparison.OrdinalIgnoreCase) ? Quantifier.ForAllValues
            : name.StartsWith(AnyPrefix, StringComparison.OrdinalIgnoreCase) ? Quantifier.ForAnyValue
            : Quantifier.None;
        var rest = quantifier switch
        {
            Quantifier.ForAllValues => name[AllPrefix.Length..],
            Quantifier.ForAnyValue => name[AnyPrefix.Length..],
            _ => name,
        };
        var ifExists = rest.EndsWith(ExistsSuffix, StringComparison.OrdinalIgnoreCase);
        rest = ifExists ? rest[..^ExistsSuffix.Length] : rest;

        // Whether a key is there can be asked only plainly.
        return Names.TryGetValue(rest, out var known) && (known.Comparison != Comparison.Null || (!ifExists && quantifier == Quantifier.None))
            ? new ConditionOperator(known.Comparison, known.Relation, known.IsNegated, quantifier, ifExists)
            : null;
    }
}
