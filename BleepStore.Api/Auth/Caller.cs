using System.Collections.Immutable;
using BleepStore.Api.Identities;

namespace BleepStore.Api.Auth;

/// <summary>Who sends a verified request: what the authoriser asks about.</summary>
internal abstract record Caller
{
    private Caller()
    {
    }

    /// <summary>Nobody: the request carried no credentials at all.</summary>
    public sealed record Anonymous : Caller
    {
        public static readonly Anonymous Instance = new();

        private Anonymous()
        {
        }
    }

    /// <summary>The holder of an access key whose signature was checked.</summary>
    /// <param name="AccountId">The account that the key belongs to: the owner of what it creates.</param>
    /// <param name="DisplayName">The account's name in answers that show an owner.</param>
    /// <param name="AccessKey">The key that signed.</param>
    /// <param name="IsRoot">True for the root credential of the configuration.</param>
    public sealed record Account(string AccountId, string DisplayName, string AccessKey, bool IsRoot) : Caller
    {
        /// <summary>True when the key acts with all rights of its account; false for a user who has none until a policy gives them.</summary>
        public bool HasAccountRights { get; init; } = true;

        /// <summary>Twelve digits by which ARNs name the account.</summary>
        public string AccountNumber { get => field ?? Identities.AccountNumber.Of(AccountId); init; }

        /// <summary>The caller's own ARN: of the account's root, a user, or a session.</summary>
        public string Arn { get => field ?? IdentityArn.OfRoot(AccountNumber); init; }

        /// <summary>Unique id of the principal: the account number for its root, <c>AIDA…</c> for a user, <c>AROA…:session</c> for a role.</summary>
        public string PrincipalId { get => field ?? AccountNumber; init; }

        /// <summary>Name of the user; null for roots and sessions of roles.</summary>
        public string? User { get; init; }

        /// <summary>ARN of the role or user whose rights a session has: what policies say of that one they say of the session too.</summary>
        public string? IssuerArn { get; init; }

        /// <summary>Unique id of the user or role whose rights the caller has; null for roots.</summary>
        public string? IdentityId { get; init; }

        /// <summary>What temporary credentials say; null for permanent ones.</summary>
        public CallerSession? Session { get; init; }

        /// <summary>Tags of the user or role, over which go those of the session: <c>aws:PrincipalTag</c>.</summary>
        public ImmutableArray<KeyValuePair<string, string>> Tags { get; init; } = [];

        // Compared by what says who it is: the rest follows from it.
        public bool Equals(Account? other)
            => other is not null && (AccountId, DisplayName, AccessKey, IsRoot, HasAccountRights, Session)
                == (other.AccountId, other.DisplayName, other.AccessKey, other.IsRoot, other.HasAccountRights, other.Session);

        public override int GetHashCode() => HashCode.Combine(AccountId, AccessKey);
    }
}
