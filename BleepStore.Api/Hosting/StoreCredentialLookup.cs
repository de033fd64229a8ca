using System.Collections.Concurrent;
using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Identities;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Hosting;

/// <summary>
/// Finds access keys in the store, and what session tokens carry. The rows are read for every request, so that a disabled, deleted or changed
/// key, user or role takes effect at once; only what was unwrapped is remembered, for as long as the rows are the same.
/// </summary>
internal sealed class StoreCredentialLookup(IMetadataStore metadata, RootKey rootKey, SessionTokens tokens, TimeProvider time) : ICredentialLookup
{
    private const int MaxRemembered = 10_000;

    // Tokens are kilobytes.
    private const int MaxRememberedSessions = 2000;

    private readonly ConcurrentDictionary<string, Remembered> _remembered = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RememberedSession> _rememberedSessions = new(StringComparer.Ordinal);

    /// <summary>What a secret is wrapped for, so that one key's secret cannot be moved to another.</summary>
    public static string ContextOf(string accessKey) => "credential/" + accessKey;

    public async ValueTask<Credential?> FindAsync(string accessKey, CancellationToken cancellationToken)
    {
        if (await metadata.FindCredentialAsync(accessKey, cancellationToken) is not { } record)
        {
            _remembered.TryRemove(accessKey, out _);
            return null;
        }

        var user = record.IsAccountRoot ? null
            : await metadata.FindIdentityAsync(record.AccountId, IdentityKind.User, record.PrincipalId, cancellationToken);
        if (_remembered.TryGetValue(accessKey, out var remembered) && IsSame(remembered.Record, record) && IsSame(remembered.User, user))
        {
            return remembered.Credential;
        }

        var secret = Encoding.UTF8.GetString(rootKey.Unwrap(record.WrappedSecret.Span, ContextOf(accessKey)));
        var displayName = record.IsAccountRoot ? record.DisplayName
            : (await metadata.FindAccountAsync(record.AccountId, cancellationToken))?.DisplayName ?? record.AccountId;
        var credential = new Credential(accessKey, secret, record.AccountId, displayName, record.IsStoreRoot, record.Active)
        {
            HasAccountRights = record.IsAccountRoot,
            AccountNumber = AccountNumber.Of(record.AccountId),
            Arn = user is null ? ArnWithoutRow(record) : IdentityArn.Of(user),
            PrincipalId = user?.Id,
            IdentityId = user?.Id,
            User = record.IsAccountRoot ? null : user?.Name ?? record.PrincipalId,
            Tags = user?.Tags ?? [],
        };
        Remember(_remembered, MaxRemembered, accessKey, new Remembered(record, user, credential));
        return credential;
    }

    public async ValueTask<Credential?> FindSessionAsync(string accessKey, string token, CancellationToken cancellationToken)
    {
        _rememberedSessions.TryGetValue(token, out var remembered);
        var grant = remembered?.Grant ?? tokens.TryOpen(token);
        if (grant is null || grant.AccessKey != accessKey)
        {
            throw new S3Exception(S3Errors.InvalidToken);
        }

        if (grant.Session.ExpiresAt <= time.GetUtcNow())
        {
            _rememberedSessions.TryRemove(token, out _);
            throw new S3Exception(S3Errors.ExpiredToken);
        }

        if (grant.ParentAccessKey is { } parent
            && await metadata.FindCredentialAsync(parent, cancellationToken) is not { Active: true })
        {
            return null;
        }

        var principal = grant.PrincipalKind == IdentityKind.AccountRoot ? null
            : await metadata.FindIdentityAsync(grant.AccountId, grant.PrincipalKind, grant.Principal, cancellationToken);
        if ((principal?.Id ?? "") != grant.PrincipalId)
        {
            return null;
        }

        if (remembered is not null && IsSame(remembered.Principal, principal))
        {
            return remembered.Credential;
        }

        var account = await metadata.FindAccountAsync(grant.AccountId, cancellationToken);
        var credential = CredentialOf(grant, principal, account?.DisplayName ?? grant.AccountId);
        Remember(_rememberedSessions, MaxRememberedSessions, token, new RememberedSession(grant, principal, credential));
        return credential;
    }

    private static Credential CredentialOf(SessionGrant grant, IdentityRecord? principal, string displayName)
    {
        var session = grant.Session;
        var number = AccountNumber.Of(grant.AccountId);
        return new Credential(grant.AccessKey, grant.Secret, grant.AccountId, displayName, IsRoot: false, Active: true)
        {
            HasAccountRights = grant.PrincipalKind == IdentityKind.AccountRoot && session.Policies is null,
            AccountNumber = number,
            Arn = session.Kind switch
            {
                SessionKind.Role => IdentityArn.OfSession(number, grant.Principal, session.Name),
                SessionKind.Federated => IdentityArn.OfFederatedUser(number, session.Name),
                _ => principal is null ? IdentityArn.OfRoot(number) : IdentityArn.Of(principal),
            },
            PrincipalId = session.Kind switch
            {
                SessionKind.Role => $"{grant.PrincipalId}:{session.Name}",
                SessionKind.Federated => $"{number}:{session.Name}",
                _ => principal?.Id,
            },
            User = grant.PrincipalKind == IdentityKind.User ? grant.Principal : null,
            IdentityId = principal?.Id,
            IssuerArn = principal is null || session.Kind == SessionKind.Own ? null : IdentityArn.Of(principal),
            Tags = [.. session.Tags, .. (principal?.Tags ?? []).Where(tag => !session.Tags.Any(over => over.Key.Equals(tag.Key, StringComparison.OrdinalIgnoreCase)))],
            Session = session,
        };
    }

    // Whoever wrote the key listed it with its user; between the two starts of an upgrade there may be none yet.
    private static string? ArnWithoutRow(CredentialRecord record)
        => record.IsAccountRoot ? null : IdentityArn.Of(AccountNumber.Of(record.AccountId), IdentityKind.User, "/", record.PrincipalId);

    private static void Remember<T>(ConcurrentDictionary<string, T> cache, int limit, string key, T value)
    {
        if (cache.Count >= limit)
        {
            cache.Clear();
        }

        cache[key] = value;
    }

    private static bool IsSame(CredentialRecord remembered, CredentialRecord record)
        => ReferenceEquals(remembered, record) || (remembered.WrappedSecret.Span.SequenceEqual(record.WrappedSecret.Span)
            && remembered with { WrappedSecret = default } == record with { WrappedSecret = default });

    private static bool IsSame(IdentityRecord? remembered, IdentityRecord? record)
        => ReferenceEquals(remembered, record)
            || (remembered is not null && record is not null && remembered.Tags == record.Tags
                && (remembered.Id, remembered.Path, remembered.Name) == (record.Id, record.Path, record.Name));

    private sealed record Remembered(CredentialRecord Record, IdentityRecord? User, Credential Credential);

    private sealed record RememberedSession(SessionGrant Grant, IdentityRecord? Principal, Credential Credential);
}
