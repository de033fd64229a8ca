using System.Buffers.Text;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.Json;
using BleepStore.Api.Auth;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Identities;

/// <summary>
/// Writes and reads session tokens: the whole grant, encrypted and authenticated by the root key, so that temporary credentials need no row
/// and nobody else can make or change one. Safe for concurrent use.
/// </summary>
internal sealed class SessionTokens(RootKey rootKey)
{
    private const string Context = "session-token";

    // A grant is a few kilobytes; what unpacks to more is none of ours.
    private const int MaxBytes = 64 * 1024;

    public string Seal(SessionGrant grant)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            JsonSerializer.Serialize(deflate, Wire.Of(grant));
        }

        return Base64Url.EncodeToString(rootKey.Wrap(packed.GetBuffer().AsSpan(0, (int)packed.Length), Context));
    }

    /// <summary>What a token says; null when it is not one that this store sealed, to the last bit.</summary>
    public SessionGrant? TryOpen(string token)
    {
        var sealedBytes = new byte[Base64Url.GetMaxDecodedLength(token.Length)];
        try
        {
            if (!Base64Url.TryDecodeFromChars(token, sealedBytes, out var length)
                || !string.Equals(Base64Url.EncodeToString(sealedBytes.AsSpan(0, length)), token, StringComparison.Ordinal))
            {
                // White space and stray bits decode to the same bytes: one token must not have a thousand spellings.
                return null;
            }

            using var packed = new MemoryStream(rootKey.Unwrap(sealedBytes.AsSpan(0, length), Context));
            using var deflate = new DeflateStream(packed, CompressionMode.Decompress);
            var json = new byte[MaxBytes];
            var read = deflate.ReadAtLeast(json, MaxBytes, throwOnEndOfStream: false);
            return JsonSerializer.Deserialize<Wire>(json.AsSpan(0, read))?.ToGrant();
        }
        catch (Exception e) when (e is RootKeyException or FormatException or JsonException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>A grant in the token: names as short as they are clear. Fields are only ever added.</summary>
    private sealed record Wire(string Key, string Secret, string Account, int Kind, string Name, long Issued, long Expires)
    {
        public int Whose { get; init; }

        public string Principal { get; init; } = "";

        public string Id { get; init; } = "";

        public string? Parent { get; init; }

        public string? Role { get; init; }

        public string? RoleArn { get; init; }

        public string[]? Policies { get; init; }

        public string[] Tags { get; init; } = [];

        public string? Source { get; init; }

        public static Wire Of(SessionGrant grant)
        {
            var session = grant.Session;
            return new Wire(
                grant.AccessKey,
                grant.Secret,
                grant.AccountId,
                (int)session.Kind,
                session.Name,
                session.IssuedAt.ToUnixTimeSeconds(),
                session.ExpiresAt.ToUnixTimeSeconds())
            {
                Whose = (int)grant.PrincipalKind,
                Principal = grant.Principal,
                Id = grant.PrincipalId,
                Parent = grant.ParentAccessKey,
                Role = session.Role,
                RoleArn = session.RoleArn,
                Policies = session.Policies is { } policies ? [.. policies] : null,
                Tags = [.. session.Tags.SelectMany(tag => new[] { tag.Key, tag.Value })],
                Source = session.SourceIdentity,
            };
        }

        public SessionGrant ToGrant() => new(
            Key,
            Secret,
            Account,
            new CallerSession((SessionKind)Kind, Name, DateTimeOffset.FromUnixTimeSeconds(Issued), DateTimeOffset.FromUnixTimeSeconds(Expires))
            {
                Role = Role,
                RoleArn = RoleArn,
                Policies = Policies?.ToImmutableArray(),
                Tags = [.. Tags.Chunk(2).Select(pair => KeyValuePair.Create(pair[0], pair[1]))],
                SourceIdentity = Source,
            })
        {
            PrincipalKind = (IdentityKind)Whose,
            Principal = Principal,
            PrincipalId = Id,
            ParentAccessKey = Parent,
        };
    }
}
