using System.Collections.Immutable;
using BleepStore.Api.Policies;

namespace BleepStore.Api.Auth;

/// <summary>The policies of one principal.</summary>
/// <param name="Identity">Those attached to it and to its groups: one has to allow.</param>
/// <param name="Session">Those that narrow its session: one has to allow as well. Null where there is no such session.</param>
internal sealed record PrincipalPolicies(ImmutableArray<PolicyDocument> Identity, ImmutableArray<PolicyDocument>? Session = null)
{
    /// <summary>A principal that nobody gave anything.</summary>
    public static readonly PrincipalPolicies None = new([]);

    /// <summary>What all of them together say.</summary>
    public PolicyDecision Decide(PolicyQuestion question)
    {
        var identity = Strongest(Identity, question);
        return Session is not { } session || identity == PolicyDecision.Deny ? identity : Strongest(session, question) switch
        {
            PolicyDecision.Deny => PolicyDecision.Deny,
            PolicyDecision.Allow => identity,
            _ => PolicyDecision.None,
        };
    }

    /// <summary>True when the session has no policies of its own, or one that allows: what others allow to the principal it gets only so far.</summary>
    public bool IsWithinSession(PolicyQuestion question) => Session is not { } session || Strongest(session, question) == PolicyDecision.Allow;

    private static PolicyDecision Strongest(ImmutableArray<PolicyDocument> documents, PolicyQuestion question)
    {
        var strongest = PolicyDecision.None;
        foreach (var document in documents)
        {
            var decision = document.Decide(question);
            strongest = decision > strongest ? decision : strongest;
        }

        return strongest;
    }
}

/// <summary>
/// Where the authoriser finds the policies of principals. Asked about callers without account rights alone, once for each decision, so it answers
/// from memory where it can; a changed policy must be seen by the next request. Safe for concurrent use.
/// </summary>
internal interface IPrincipalPolicies
{
    /// <summary>The policies of a caller; <see cref="PrincipalPolicies.None"/> for one that has none.</summary>
    ValueTask<PrincipalPolicies> FindAsync(Caller.Account caller, CancellationToken cancellationToken);
}

/// <summary>A store in which no principal has policies.</summary>
internal sealed class NoPrincipalPolicies : IPrincipalPolicies
{
    public ValueTask<PrincipalPolicies> FindAsync(Caller.Account caller, CancellationToken cancellationToken) => ValueTask.FromResult(PrincipalPolicies.None);
}
