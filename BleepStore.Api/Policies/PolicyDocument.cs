using System.Collections.Immutable;

namespace BleepStore.Api.Policies;

/// <summary>What a policy belongs to, which decides which elements it must and may have.</summary>
internal enum PolicyKind
{
    /// <summary>A bucket's: names principals, and resources of that bucket.</summary>
    Bucket,

    /// <summary>A user's, group's or role's: names no principals.</summary>
    Identity,

    /// <summary>One that narrows a session; as an identity's.</summary>
    Session,

    /// <summary>A role's, of who may assume it: names principals, and no resources.</summary>
    Trust,
}

/// <summary>What a policy, or several together, say to a question. The larger answer wins over the smaller.</summary>
internal enum PolicyDecision
{
    /// <summary>Nothing applies: denied, unless another policy allows.</summary>
    None,

    /// <summary>Allowed to the caller's account, whose own policies have to pass it on.</summary>
    AllowAccount,

    /// <summary>Allowed to the caller.</summary>
    Allow,

    /// <summary>Denied, whatever else allows.</summary>
    Deny,
}

/// <summary>A policy, compiled: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html</summary>
/// <param name="Id">The document's own id, if any.</param>
/// <param name="Statements">Its statements; their order means nothing.</param>
internal sealed record PolicyDocument(string? Id, ImmutableArray<PolicyStatement> Statements)
{
    /// <summary>True when it says that it is of version 2012-10-17: one that says nothing is of an older one.</summary>
    public bool IsOfCurrentVersion { get; init; }

    /// <summary>Reads and compiles a policy.</summary>
    /// <param name="text">The JSON document.</param>
    /// <param name="kind">What it belongs to.</param>
    /// <param name="bucket">For a bucket's policy the bucket, whose resources alone it may name.</param>
    /// <exception cref="PolicyException">It is not a policy of that kind.</exception>
    public static PolicyDocument Parse(string text, PolicyKind kind, string? bucket = null)
    {
        var document = PolicyParser.Parse(text, kind);
        if (kind == PolicyKind.Bucket && bucket is not null)
        {
            BucketPolicyRules.Check(document, bucket);
        }

        return document;
    }

    /// <summary>The strongest thing that a statement says: deny, allow, or nothing.</summary>
    public PolicyDecision Decide(PolicyQuestion question)
    {
        var decision = PolicyDecision.None;
        foreach (var statement in Statements)
        {
            var match = statement.Match(question);
            if (match == PrincipalMatch.None)
            {
                continue;
            }

            if (statement.Effect == PolicyEffect.Deny)
            {
                return PolicyDecision.Deny;
            }

            var allowed = match == PrincipalMatch.Direct ? PolicyDecision.Allow : PolicyDecision.AllowAccount;
            decision = allowed > decision ? allowed : decision;
        }

        return decision;
    }
}
