using System.Collections.Immutable;
using BleepStore.Api.Auth;
using BleepStore.Api.Policies;

namespace BleepStore.Api.Configuration;

/// <summary>Section <c>auth</c>: the root credential, further accounts and users, and which signatures are accepted.</summary>
internal sealed record CredentialOptions
{
    /// <summary>The access key that everybody knows; accepted on loopback only.</summary>
    public const string DefaultAccessKey = "bleepstore";

    /// <summary>The secret that everybody knows; accepted on loopback only.</summary>
    public const string DefaultSecretKey = "bleepstore-secret";

    /// <summary>Access key of the root credential, and its account's canonical id and display name.</summary>
    public required string AccessKey { get; init; }

    public required string SecretKey { get; init; }

    public required ImmutableArray<UserOptions> Users { get; init; }

    public required bool AllowDefaultCredentials { get; init; }

    public required SignatureV2Mode SignatureV2 { get; init; }

    public static CredentialOptions Read(SettingReader settings) => new()
    {
        AccessKey = settings.Read("auth.access_key", DefaultAccessKey, AccessKeys.AccessKey),
        SecretKey = settings.Read("auth.secret_key", DefaultSecretKey, AccessKeys.SecretKey, isSecret: true),
        AllowDefaultCredentials = settings.Read("auth.allow_default_credentials", false, SettingTypes.Flag),
        SignatureV2 = settings.Read(
            "auth.signature_v2",
            SignatureV2Mode.Presigned,
            SettingTypes.OneOf(("presigned", SignatureV2Mode.Presigned), ("all", SignatureV2Mode.All), ("off", SignatureV2Mode.Off))),
        Users = [.. settings.Entries("auth.users").Select(key => UserOptions.Read(settings, key))],
    };

    public override string ToString() => $"CredentialOptions {{ AccessKey = {AccessKey} }}";
}

/// <summary>One entry of <c>auth.users</c>: an account of its own, or a user of another account.</summary>
internal sealed record UserOptions
{
    /// <summary>Where the entry stands, for messages: <c>auth.users.0</c>.</summary>
    public required string Entry { get; init; }

    public required string AccessKey { get; init; }

    public required string SecretKey { get; init; }

    /// <summary>Canonical id of the account, or id of the user within its account.</summary>
    public required string Id { get; init; }

    public required string DisplayName { get; init; }

    public required string? Email { get; init; }

    /// <summary>Id of the account it is a user of, without rights until a policy gives them; null for an account of its own.</summary>
    public required string? Account { get; init; }

    /// <summary>Policies of a user of another account, as JSON: written here, or in files that are named here.</summary>
    public required ImmutableArray<string> Policies { get; init; }

    public static UserOptions Read(SettingReader settings, string entry)
    {
        var accessKey = settings.Read(entry + ".access_key", "", AccessKeys.AccessKey);
        var secretKey = settings.Read(entry + ".secret_key", "", AccessKeys.SecretKey, isSecret: true);
        foreach (var (name, value) in new[] { ("access_key", accessKey), ("secret_key", secretKey) })
        {
            if (value.Length == 0 && !settings.Errors.Any(error => error.StartsWith($"{entry}.{name}", StringComparison.Ordinal)))
            {
                settings.Refuse($"{entry}.{name}", "must be set.");
            }
        }

        return new UserOptions
        {
            Entry = entry,
            AccessKey = accessKey,
            SecretKey = secretKey,
            Id = settings.Read(entry + ".id", accessKey, SettingTypes.TextWhere(IsId, "at most 128 visible ASCII characters")),
            DisplayName = settings.Read(entry + ".display_name", accessKey, SettingTypes.Text),
            Email = settings.Read(entry + ".email", null, SettingTypes.OptionalText),
            Account = settings.Read(entry + ".account", null, SettingTypes.OptionalText),
            Policies = [.. settings.Entries(entry + ".policies").Select(key => ReadPolicy(settings, key))],
        };
    }

    public override string ToString() => $"UserOptions {{ AccessKey = {AccessKey} }}";

    private static string ReadPolicy(SettingReader settings, string key)
    {
        var text = settings.Read(key, "", SettingTypes.Text);
        try
        {
            var document = text.TrimStart().StartsWith('{') ? text : File.ReadAllText(text);
            _ = PolicyDocument.Parse(document.Trim(), PolicyKind.Identity);
            return document;
        }
        catch (Exception e) when (e is PolicyException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            var reason = e is PolicyException policy ? policy.Explanation
                : text.StartsWith("arn:", StringComparison.Ordinal) ? "A managed policy is attached to a user of a running server: bleepstore user policy attach."
                : e.Message;
            settings.Refuse(key, $"must be a policy in JSON, or the name of a file with one. {reason}");
            return "";
        }
    }

    private static bool IsId(string text) => text.Length is > 0 and <= 128 && text.All(c => c is > ' ' and <= '~');
}

/// <summary>What access keys and secrets may look like, in the configuration and in the admin API.</summary>
internal static class AccessKeys
{
    private const int MinAccessKeyLength = 3;
    private const int MaxAccessKeyLength = 128;
    private const int MinSecretLength = 8;
    private const int MaxSecretLength = 256;

    // A slash would end the access key within a credential scope; a colon or comma would end it within an Authorization header.
    public static readonly SettingType<string> AccessKey = SettingTypes.TextWhere(
        IsAccessKey, "3 to 128 letters, digits and the characters . _ - @ + =");

    public static readonly SettingType<string> SecretKey = SettingTypes.TextWhere(IsSecretKey, "8 to 256 visible ASCII characters");

    public static bool IsAccessKey(string text)
        => text.Length is >= MinAccessKeyLength and <= MaxAccessKeyLength
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '@' or '+' or '=');

    public static bool IsSecretKey(string text)
        => text.Length is >= MinSecretLength and <= MaxSecretLength && text.All(c => c is > ' ' and <= '~');
}
