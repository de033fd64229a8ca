using System.Collections.Immutable;

namespace BleepStore.Api.Policies;

/// <summary>What kind of principal an entry of <c>Principal</c> names.</summary>
internal enum PrincipalKind
{
    /// <summary>Everybody, anonymous callers included.</summary>
    Everybody,

    /// <summary>An account: all of its principals, whose rights are still its own to give.</summary>
    Account,

    /// <summary>One user, role, or session, by ARN.</summary>
    Arn,

    /// <summary>One user or role by its unique id, with all of its sessions: what a saved policy keeps of an ARN.</summary>
    Identity,

    /// <summary>A service of AWS: none of them calls here.</summary>
    Service,

    /// <summary>An identity provider.</summary>
    Federated,
}

/// <summary>One entry of a <c>Principal</c> or <c>NotPrincipal</c> element.</summary>
/// <param name="Kind">What it names.</param>
/// <param name="Name">The account's id, the ARN, the unique id, or the service; <c>*</c> for everybody.</param>
internal sealed record PolicyPrincipal(PrincipalKind Kind, string Name)
{
    /// <summary>True for an account by its canonical id, which can be looked up.</summary>
    public bool IsCanonicalId { get; init; }
}

/// <summary>How well a statement's principals fit a caller.</summary>
internal enum PrincipalMatch
{
    None,

    /// <summary>Only through its account: the account's own policies decide whether the right reaches the caller.</summary>
    ThroughAccount,

    /// <summary>The caller itself, or everybody.</summary>
    Direct,
}

/// <summary>The <c>Principal</c> or <c>NotPrincipal</c> of a statement.</summary>
/// <param name="IsNegated">True for <c>NotPrincipal</c>.</param>
/// <param name="Entries">Who is named.</param>
internal sealed record PolicyPrincipals(bool IsNegated, ImmutableArray<PolicyPrincipal> Entries)
{
    /// <summary>How the statement fits the caller.</summary>
    public PrincipalMatch Match(PolicyCaller caller)
    {
        var best = PrincipalMatch.None;
        foreach (var entry in Entries)
        {
            var match = Match(entry, caller);
            best = match > best ? match : best;
        }

        // To be left out by NotPrincipal one has to be named oneself: an account's entry spares its root alone, not its users.
        return !IsNegated ? best : best == PrincipalMatch.Direct ? PrincipalMatch.None : PrincipalMatch.Direct;
    }

    private static PrincipalMatch Match(PolicyPrincipal entry, PolicyCaller caller) => entry.Kind switch
    {
        PrincipalKind.Everybody => PrincipalMatch.Direct,
        PrincipalKind.Account when caller.IsOfAccount(entry.Name) => caller.IsAccountRoot ? PrincipalMatch.Direct : PrincipalMatch.ThroughAccount,
        PrincipalKind.Arn when caller.HasArn(entry.Name) => PrincipalMatch.Direct,
        PrincipalKind.Identity when entry.Name == caller.IdentityId => PrincipalMatch.Direct,
        PrincipalKind.Federated when caller.FederatedProvider == entry.Name => PrincipalMatch.Direct,
        _ => PrincipalMatch.None,
    };
}

/// <summary>A caller as principals name it.</summary>
internal sealed record PolicyCaller
{
    /// <summary>Nobody in particular: only entries for everybody fit.</summary>
    public static readonly PolicyCaller Anonymous = new();

    /// <summary>Every id the caller's account is known by; empty for nobody.</summary>
    public ImmutableArray<string> AccountIds { get; init; } = [];

    /// <summary>The caller's own ARN; empty for nobody.</summary>
    public string Arn { get; init; } = "";

    /// <summary>ARN of the role or user whose rights a session has; null for all others.</summary>
    public string? IssuerArn { get; init; }

    /// <summary>Unique id of the user or role that the caller is, or whose rights its session has; null for roots and nobody.</summary>
    public string? IdentityId { get; init; }

    /// <summary>True for who acts with all rights of the account.</summary>
    public bool IsAccountRoot { get; init; }

    /// <summary>The identity provider that vouched for the caller; null for all others.</summary>
    public string? FederatedProvider { get; init; }

    public bool IsOfAccount(string id) => AccountIds.Contains(id, StringComparer.Ordinal);

    public bool HasArn(string arn) => Arn.Length > 0 && (arn == Arn || arn == IssuerArn);
}
