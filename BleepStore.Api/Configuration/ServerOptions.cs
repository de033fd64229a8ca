using System.Collections.Immutable;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Configuration;

/// <summary>Section <c>server</c>: where the store listens and how it behaves towards clients.</summary>
internal sealed record ServerOptions
{
    /// <summary>IP address, <c>localhost</c>, <c>*</c> or a host name of this machine.</summary>
    public required string Host { get; init; }

    /// <summary>0 for any free port.</summary>
    public required int Port { get; init; }

    public required string Region { get; init; }

    /// <summary>Domains below which a bucket may stand in the host name.</summary>
    public required ImmutableArray<string> Domains { get; init; }

    /// <summary>Domains below which a bucket in the host name is served as a website.</summary>
    public required ImmutableArray<string> WebsiteDomains { get; init; }

    /// <summary>Origins of pages that may use buckets without CORS rules of their own; none for no page.</summary>
    public required ImmutableArray<string> CorsDefaultOrigins { get; init; }

    public required string AdminHost { get; init; }

    /// <summary>0 for any free port; null for no admin listener.</summary>
    public required int? AdminPort { get; init; }

    /// <summary>Bearer token for the admin API and metrics; null for none.</summary>
    public required string? AdminToken { get; init; }

    /// <summary>Largest body of one PUT or part, in bytes.</summary>
    public required long MaxObjectSize { get; init; }

    /// <summary>PEM file with the certificate and its chain; null for plain HTTP.</summary>
    public required string? TlsCertificate { get; init; }

    /// <summary>PEM file with the certificate's private key.</summary>
    public required string? TlsKey { get; init; }

    /// <summary>How long requests in flight may take once the drain is over.</summary>
    public required TimeSpan ShutdownTimeout { get; init; }

    /// <summary>How long the server still serves while it already says that it is not ready.</summary>
    public required TimeSpan DrainDelay { get; init; }

    /// <summary>Buckets that are created for the root account at each start where they are missing.</summary>
    public required ImmutableArray<string> Buckets { get; init; }

    /// <summary>True when connections are encrypted.</summary>
    public bool IsTls => TlsCertificate is not null;

    public static ServerOptions Read(SettingReader settings) => new()
    {
        Host = settings.Read("server.host", "127.0.0.1", SettingTypes.Text),
        Port = settings.Read("server.port", 9000, SettingTypes.Port),
        Region = settings.Read("server.region", "us-east-1", SettingTypes.TextWhere(IsRegion, "a region name of letters, digits and hyphens")),
        Domains = settings.ReadList("server.domains", SettingTypes.TextWhere(IsDomain, "a domain name such as s3.example.com")),
        WebsiteDomains = settings.ReadList("server.website_domains", SettingTypes.TextWhere(IsDomain, "a domain name such as website.example.com")),
        CorsDefaultOrigins = settings.ReadList(
            "server.cors_default_origins", SettingTypes.TextWhere(IsOrigin, "* or an origin such as https://www.example.com, with at most one *")),
        AdminHost = settings.Read("server.admin_host", "127.0.0.1", SettingTypes.Text),
        AdminPort = settings.Read("server.admin_port", 9001, SettingTypes.PortOrOff),
        AdminToken = settings.Read(
            "server.admin_token", null, SettingTypes.OptionalText with { Parse = TryToken, Allowed = "at least 16 visible ASCII characters" }, isSecret: true),
        MaxObjectSize = settings.Read("server.max_object_size", S3Limits.MaxPutBytes, SettingTypes.Size(1, S3Limits.MaxPutBytes)),
        TlsCertificate = settings.Read("server.tls.cert", null, SettingTypes.OptionalText),
        TlsKey = settings.Read("server.tls.key", null, SettingTypes.OptionalText),
        ShutdownTimeout = settings.Read("server.shutdown_timeout", TimeSpan.FromSeconds(30), SettingTypes.DurationOrSeconds),
        DrainDelay = settings.Read("server.drain_delay", TimeSpan.Zero, SettingTypes.DurationOrSeconds),
        Buckets = settings.ReadList(
            "server.buckets", SettingTypes.TextWhere(BucketName.IsValid, "a bucket name: 3 to 63 lower-case letters, digits, hyphens and dots")),
    };

    private static bool IsRegion(string text)
        => text.Length is > 0 and <= 63 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private static bool IsDomain(string text)
        => text.Length is > 0 and <= 253 && !text.StartsWith('.') && !text.EndsWith('.')
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.');

    private static bool IsOrigin(string text)
        => text.Length > 0 && text.All(c => c is > ' ' and <= '~') && text.Count(c => c == '*') <= 1
            && (text == "*" || (text.Contains("://", StringComparison.Ordinal) && !text.EndsWith('/')));

    private static bool TryToken(string text, out string? value)
    {
        const int minLength = 16;
        value = text.Length == 0 ? null : text;
        return value is null || (text.Length >= minLength && text.All(c => c is > ' ' and <= '~'));
    }
}
