using System.Collections.Immutable;

namespace BleepStore.Api.Policies;

/// <summary>One key of one operator of a <c>Condition</c>: what a request must say for its statement to apply.</summary>
/// <param name="Operator">How it compares.</param>
/// <param name="Key">The key, in its one spelling.</param>
/// <param name="Values">The policy's values; one that matches is enough, or for a negated operator one too many.</param>
internal sealed record PolicyCondition(ConditionOperator Operator, string Key, ImmutableArray<ConditionValue> Values)
{
    /// <summary>True when the request fulfils the condition.</summary>
    public bool Holds(IConditionKeys keys)
    {
        var found = keys.Find(Key);
        if (Operator.Comparison == Comparison.Null)
        {
            return MatchesAny(found.IsEmpty ? "true" : "false", keys);
        }

        if (found.IsEmpty)
        {
            return Operator.IfExists || Operator.Quantifier switch
            {
                Quantifier.ForAllValues => true,
                Quantifier.ForAnyValue => false,
                _ => Operator.IsNegated,
            };
        }

        // Several values under no quantifier: a request must not pass by adding one, so the negated form speaks of all of them.
        var needsAll = Operator.Quantifier == Quantifier.ForAllValues || (Operator.Quantifier == Quantifier.None && Operator.IsNegated);
        foreach (var value in found)
        {
            var holds = MatchesAny(value, keys) != Operator.IsNegated;
            if (holds != needsAll)
            {
                return holds;
            }
        }

        return needsAll;
    }

    private bool MatchesAny(string value, IConditionKeys keys)
    {
        foreach (var wanted in Values)
        {
            if (wanted.Matches(Operator, value, keys))
            {
                return true;
            }
        }

        return false;
    }
}
