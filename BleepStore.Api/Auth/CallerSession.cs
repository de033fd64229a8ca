using System.Collections.Immutable;

namespace BleepStore.Api.Auth;

/// <summary>How temporary credentials came to be. The numbers stand in tokens.</summary>
internal enum SessionKind
{
    /// <summary>GetSessionToken: the caller with its own rights for a while.</summary>
    Own = 1,

    /// <summary>AssumeRole: the rights of a role.</summary>
    Role = 2,

    /// <summary>GetFederationToken: the caller's rights, as far as the session's policies let them through.</summary>
    Federated = 3,
}

/// <summary>What temporary credentials say of whoever holds them.</summary>
/// <param name="Kind">How they came to be.</param>
/// <param name="Name">The session's name; empty where it has none.</param>
/// <param name="IssuedAt">When they were given out.</param>
/// <param name="ExpiresAt">When they end.</param>
internal sealed record CallerSession(SessionKind Kind, string Name, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt)
{
    /// <summary>The role that was assumed; null for others.</summary>
    public string? Role { get; init; }

    /// <summary>Its ARN; null for others.</summary>
    public string? RoleArn { get; init; }

    /// <summary>Policy documents one of which has to allow what is done, beside whatever else allows it; null where the session has none.</summary>
    public ImmutableArray<string>? Policies { get; init; }

    /// <summary>The session's tags: <c>aws:PrincipalTag</c>.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Tags { get; init; } = [];

    public string? SourceIdentity { get; init; }
}
