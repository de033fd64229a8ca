using System.Collections.Immutable;
using System.Text;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Auth;

/// <summary>An access key with its secret, as the verifier needs it. Never logged: its text form leaves the secret out.</summary>
/// <param name="AccessKey">The public name of the key.</param>
/// <param name="Secret">The shared secret that signatures are computed with.</param>
/// <param name="AccountId">The account that the key belongs to.</param>
/// <param name="DisplayName">The account's name in answers that show an owner.</param>
/// <param name="IsRoot">True for the root credential of the configuration.</param>
/// <param name="Active">False for a disabled key, which is answered like one that does not exist.</param>
internal sealed record Credential(string AccessKey, string Secret, string AccountId, string DisplayName, bool IsRoot, bool Active)
{
    /// <summary>True when the key acts with all rights of its account.</summary>
    public bool HasAccountRights { get; init; } = true;

    /// <summary>Account number of the caller's ARN; null to make it of the account.</summary>
    public string? AccountNumber { get; init; }

    /// <summary>The caller's ARN; null for the account's root.</summary>
    public string? Arn { get; init; }

    /// <summary>Unique id of the principal; null for the account's root.</summary>
    public string? PrincipalId { get; init; }

    /// <summary>Name of the user; null for roots and sessions of roles.</summary>
    public string? User { get; init; }

    /// <summary>ARN of the role or user whose rights a session has; null where it is the caller's own, or an account's.</summary>
    public string? IssuerArn { get; init; }

    /// <summary>Unique id of the user or role whose rights it has; null for an account's root.</summary>
    public string? IdentityId { get; init; }

    /// <summary>Tags of the user or role, and of the session.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Tags { get; init; } = [];

    /// <summary>What a session token said; null for a permanent key.</summary>
    public CallerSession? Session { get; init; }

    /// <summary>Whoever signs with it.</summary>
    public Caller.Account Caller => field ??= new Caller.Account(AccountId, DisplayName, AccessKey, IsRoot)
    {
        HasAccountRights = HasAccountRights,
        AccountNumber = AccountNumber!,
        Arn = Arn!,
        PrincipalId = PrincipalId!,
        User = User,
        IssuerArn = IssuerArn,
        IdentityId = IdentityId,
        Tags = Tags,
        Session = Session,
    };

    public override string ToString()
        => new StringBuilder("Credential { AccessKey = ").Append(AccessKey).Append(", Active = ").Append(Active).Append(" }").ToString();
}

/// <summary>
/// Where the verifier finds access keys. Called once for every signed request and safe for concurrent use; a disabled, deleted or changed
/// key must be seen by the next call, so that it takes effect at once.
/// </summary>
internal interface ICredentialLookup
{
    /// <summary>The credential of that access key, null when there is none.</summary>
    ValueTask<Credential?> FindAsync(string accessKey, CancellationToken cancellationToken);

    /// <summary>The temporary credential that a session token carries; null when whom it stands for is gone.</summary>
    /// <exception cref="S3Exception">InvalidToken: not a token of this store, or of another key. ExpiredToken: its time is over.</exception>
    ValueTask<Credential?> FindSessionAsync(string accessKey, string token, CancellationToken cancellationToken)
        => throw new S3Exception(S3Errors.InvalidToken);
}
