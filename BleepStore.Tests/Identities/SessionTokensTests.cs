using System.Buffers.Text;
using System.IO.Compression;
using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Identities;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Identities;

/// <summary>Session tokens: what is sealed comes back, and nothing else is opened.</summary>
public sealed class SessionTokensTests
{
    private const string Context = "session-token";
    private static readonly DateTimeOffset s_now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly RootKey _rootKey = RootKey.Generate();

    private static SessionGrant OfRole => new(
        "ASIA1",
        "secret",
        "account",
        new CallerSession(SessionKind.Role, "session", s_now, s_now.AddHours(1))
        {
            Role = "reader",
            RoleArn = "arn:aws:iam::111122223333:role/reader",
            Policies = ["{}", "{ }"],
            Tags = [KeyValuePair.Create("team", "red"), KeyValuePair.Create("empty", "")],
            SourceIdentity = "ann",
        })
    {
        PrincipalKind = IdentityKind.Role,
        Principal = "reader",
        PrincipalId = "AROA1",
        ParentAccessKey = null,
    };

    private static SessionGrant OfRoot => new("ASIA2", "secret2", "account", new CallerSession(SessionKind.Own, "", s_now, s_now.AddHours(2)))
    {
        PrincipalKind = IdentityKind.User,
        Principal = "",
        PrincipalId = "",
        ParentAccessKey = "AKIA1",
    };

    [Fact]
    public void What_is_sealed_comes_back_whole()
    {
        var tokens = new SessionTokens(_rootKey);
        foreach (var grant in (SessionGrant[])[OfRole, OfRoot, OfRole with { Session = OfRole.Session with { Policies = [] } }])
        {
            var opened = tokens.TryOpen(tokens.Seal(grant)).ShouldNotBeNull();
            opened.Session.Tags.ShouldBe(grant.Session.Tags);
            opened.Session.Policies.HasValue.ShouldBe(grant.Session.Policies.HasValue);
            (opened.Session.Policies ?? []).ShouldBe(grant.Session.Policies ?? []);
            var session = opened.Session with { Tags = grant.Session.Tags, Policies = grant.Session.Policies };
            (opened with { Session = session }).ShouldBe(grant);
        }
    }

    [Fact]
    public void Every_seal_is_another_and_shows_nothing()
    {
        var tokens = new SessionTokens(_rootKey);
        var token = tokens.Seal(OfRole);
        token.ShouldNotBe(tokens.Seal(OfRole));
        token.ShouldMatch("^[A-Za-z0-9_-]+$");
        Encoding.Latin1.GetString(Base64Url.DecodeFromChars(token)).ShouldNotContain("reader");
    }

    [Fact]
    public void A_token_with_one_character_changed_left_out_or_added_is_none()
    {
        var tokens = new SessionTokens(_rootKey);
        var token = tokens.Seal(OfRoot);
        for (var at = 0; at < token.Length; at++)
        {
            tokens.TryOpen(token[..at]).ShouldBeNull();
            tokens.TryOpen(token.Remove(at, 1)).ShouldBeNull();
            tokens.TryOpen(string.Concat(token.AsSpan(0, at), token[at] == 'A' ? "B" : "A", token.AsSpan(at + 1))).ShouldBeNull();
            foreach (var added in (string[])[" ", "\n", "=", "A", "é", "%"])
            {
                tokens.TryOpen(token.Insert(at, added)).ShouldBeNull();
                tokens.TryOpen(token + added).ShouldBeNull();
            }
        }
    }

    [Fact]
    public void The_bits_that_the_last_character_has_to_spare_spell_no_second_token()
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var tokens = new SessionTokens(_rootKey);
        for (var size = 0; size < 3; size++)
        {
            var token = tokens.Seal(OfRoot with { Secret = new string('s', size) });
            alphabet.Where(last => tokens.TryOpen(token[..^1] + last) is not null).ShouldBe([token[^1]]);
        }
    }

    [Fact]
    public void What_another_key_or_another_purpose_sealed_is_none()
    {
        var token = new SessionTokens(_rootKey).Seal(OfRole);
        new SessionTokens(RootKey.Generate()).TryOpen(token).ShouldBeNull();
        new SessionTokens(_rootKey).TryOpen(token).ShouldNotBeNull();
        new SessionTokens(_rootKey).TryOpen(Base64Url.EncodeToString(_rootKey.Wrap(_rootKey.Unwrap(Base64Url.DecodeFromChars(token), Context), "secret"))).ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"Key\":1}")]
    public void What_is_sealed_and_is_no_grant_is_none(string json)
    {
        var tokens = new SessionTokens(_rootKey);
        tokens.TryOpen(Seal(Deflate(json))).ShouldBeNull();
        tokens.TryOpen(Seal(Encoding.UTF8.GetBytes("no deflate: " + json))).ShouldBeNull();
        tokens.TryOpen("").ShouldBeNull();
    }

    [Fact]
    public void What_unpacks_to_more_than_a_grant_is_none()
    {
        var tokens = new SessionTokens(_rootKey);
        var json = Encoding.UTF8.GetString(Inflate(_rootKey.Unwrap(Base64Url.DecodeFromChars(tokens.Seal(OfRoot)), Context)));
        tokens.TryOpen(Seal(Deflate(json + new string(' ', (64 * 1024) - json.Length)))).ShouldNotBeNull();
        tokens.TryOpen(Seal(Deflate(new string(' ', 64 * 1024) + json))).ShouldBeNull();
        tokens.TryOpen(tokens.Seal(OfRole with { Session = OfRole.Session with { Policies = [new string('x', 64 * 1024)] } })).ShouldBeNull();
    }

    private static byte[] Deflate(string text)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }

    private static byte[] Inflate(byte[] packed)
    {
        using var inflate = new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var whole = new MemoryStream();
        inflate.CopyTo(whole);
        return whole.ToArray();
    }

    private string Seal(byte[] bytes) => Base64Url.EncodeToString(_rootKey.Wrap(bytes, Context));
}
