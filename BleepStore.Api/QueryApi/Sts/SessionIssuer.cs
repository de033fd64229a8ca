using System.Security.Cryptography;
using BleepStore.Api.Auth;
using BleepStore.Api.Identities;
using BleepStore.Api.Xml;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.QueryApi.Sts;

/// <summary>Makes temporary credentials, and writes them as STS answers them: the only place that shows their secret.</summary>
internal sealed class SessionIssuer(SessionTokens tokens, TimeProvider time)
{
    private const string KeyAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const string SecretAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>A session that begins now.</summary>
    public CallerSession Begin(SessionKind kind, string name, int seconds)
    {
        // Whole seconds, as the token has them: what is answered is what will be held.
        var now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        return new CallerSession(kind, name, now, now.AddSeconds(seconds));
    }

    /// <summary>New credentials for a session of that user or role; null for the account's root.</summary>
    public static SessionGrant Issue(string accountId, IdentityRecord? principal, CallerSession session, string? parentAccessKey) => new(
        "ASIA" + RandomNumberGenerator.GetString(KeyAlphabet, 16), RandomNumberGenerator.GetString(SecretAlphabet, 40), accountId, session)
    {
        PrincipalKind = principal?.Kind ?? IdentityKind.AccountRoot,
        Principal = principal?.Name ?? "",
        PrincipalId = principal?.Id ?? "",
        ParentAccessKey = parentAccessKey,
    };

    /// <summary>The credentials with their token.</summary>
    public void Write(S3XmlWriter xml, SessionGrant grant)
    {
        xml.Start("Credentials");
        xml.Element("AccessKeyId", grant.AccessKey);
        xml.Element("SecretAccessKey", grant.Secret);
        xml.Element("SessionToken", tokens.Seal(grant));
        xml.Time("Expiration", grant.Session.ExpiresAt);
        xml.End();
    }
}
