using System.Collections.Immutable;

namespace BleepStore.Api.Policies;

/// <summary>What a statement says of what it applies to.</summary>
internal enum PolicyEffect
{
    Allow,
    Deny,
}

/// <summary>What a policy is asked: may this caller do this here, given all that the request says?</summary>
/// <param name="Action">The action, <c>s3:GetObject</c>.</param>
/// <param name="Resource">ARN of what it is done to.</param>
/// <param name="Caller">Who asks.</param>
/// <param name="Keys">The request's condition keys.</param>
internal sealed record PolicyQuestion(string Action, string Resource, PolicyCaller Caller, IConditionKeys Keys);

/// <summary>A list of patterns, or everything but them.</summary>
/// <param name="IsNegated">True for <c>NotAction</c> and <c>NotResource</c>.</param>
/// <param name="Patterns">The patterns.</param>
internal sealed record PolicyPatterns(bool IsNegated, ImmutableArray<PolicyPattern> Patterns)
{
    public bool Matches(string text, IConditionKeys keys)
    {
        foreach (var pattern in Patterns)
        {
            if (pattern.Matches(text, keys))
            {
                return !IsNegated;
            }
        }

        return IsNegated;
    }
}

/// <summary>One statement of a policy.</summary>
internal sealed record PolicyStatement
{
    public string? Sid { get; init; }

    public required PolicyEffect Effect { get; init; }

    /// <summary>Whom it concerns; null in a policy that belongs to a principal.</summary>
    public PolicyPrincipals? Principals { get; init; }

    public required PolicyPatterns Actions { get; init; }

    /// <summary>What it concerns; null in a role's trust policy, which concerns the role.</summary>
    public PolicyPatterns? Resources { get; init; }

    /// <summary>All of them have to hold.</summary>
    public ImmutableArray<PolicyCondition> Conditions { get; init; } = [];

    /// <summary>How the statement applies to a question; <see cref="PrincipalMatch.None"/> when it does not.</summary>
    public PrincipalMatch Match(PolicyQuestion question)
    {
        if (!Actions.Matches(question.Action, question.Keys) || Resources?.Matches(question.Resource, question.Keys) == false)
        {
            return PrincipalMatch.None;
        }

        var match = Principals?.Match(question.Caller) ?? PrincipalMatch.Direct;
        return match != PrincipalMatch.None && Conditions.All(condition => condition.Holds(question.Keys)) ? match : PrincipalMatch.None;
    }
}
