using System.Collections.Immutable;
using System.Globalization;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;

namespace BleepStore.Api.Configurations;

/// <summary>How a bucket is served to browsers: https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html</summary>
internal sealed record WebsiteConfiguration
{
    private const int MaxRules = 50;

    public static readonly ConfigurationDocument<WebsiteConfiguration> Document = new("website", "WebsiteConfiguration", Parse, Write);

    /// <summary>Where all requests are sent; null for a website of the bucket's own objects.</summary>
    public WebsiteRedirect? RedirectAll { get; init; }

    /// <summary>What is added to the key of a directory; null only where all requests are redirected.</summary>
    public string? IndexSuffix { get; init; }

    /// <summary>Key of the object that is shown with an error of the 4XX class; null for none.</summary>
    public string? ErrorKey { get; init; }

    /// <summary>In the order sent; the first that fits decides.</summary>
    public ImmutableArray<RoutingRule> RoutingRules { get; init; } = [];

    private static WebsiteConfiguration Parse(XmlNode node)
    {
        node.Allow("RedirectAllRequestsTo", "IndexDocument", "ErrorDocument", "RoutingRules");
        if (node.Child("RedirectAllRequestsTo") is { } redirect)
        {
            redirect.Allow("HostName", "Protocol");
            var all = new WebsiteRedirect { HostName = redirect.RequiredText("HostName").Trim(), Protocol = WebsiteRedirect.ReadProtocol(redirect) };
            all.CheckTexts();
            return node.Children.Length == 1
                ? new WebsiteConfiguration { RedirectAll = all }
                : throw new S3Exception(S3Errors.Argument(
                    "RedirectAllRequestsTo", "not null", "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules."));
        }

        if (node.Child("IndexDocument")?.Allow("Suffix").RequiredText("Suffix") is not { } suffix)
        {
            throw new S3Exception(S3Errors.Argument("IndexDocument", "null", "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty"));
        }

        if (suffix.Length == 0 || suffix.Contains('/', StringComparison.Ordinal))
        {
            throw new S3Exception(S3Errors.Argument("IndexDocument", suffix, "The IndexDocument Suffix is not well formed"));
        }

        var error = node.Child("ErrorDocument")?.Allow("Key").RequiredText("Key");
        if (error is { Length: 0 })
        {
            throw new S3Exception(S3Errors.Argument("ErrorDocument", error, "The ErrorDocument Key is not well formed"));
        }

        var rules = node.Child("RoutingRules")?.Allow("RoutingRule").Children ?? [];
        if (rules.IsEmpty && node.Child("RoutingRules") is not null)
        {
            throw XmlValues.Malformed();
        }

        return rules.Length <= MaxRules
            ? new WebsiteConfiguration { IndexSuffix = suffix, ErrorKey = error, RoutingRules = [.. rules.Select(RoutingRule.Parse)] }
            : throw XmlValues.Invalid(string.Create(
                CultureInfo.InvariantCulture,
                $"{rules.Length} routing rules provided, the number of routing rules in a website configuration is limited to {MaxRules}."));
    }

    private static void Write(S3XmlWriter writer, WebsiteConfiguration website)
    {
        if (website.RedirectAll is { } redirect)
        {
            writer.Start("RedirectAllRequestsTo");
            writer.Optional("HostName", redirect.HostName);
            writer.Optional("Protocol", redirect.Protocol);
            writer.End();
        }

        WriteOne(writer, "IndexDocument", "Suffix", website.IndexSuffix);
        WriteOne(writer, "ErrorDocument", "Key", website.ErrorKey);
        if (!website.RoutingRules.IsEmpty)
        {
            writer.Start("RoutingRules");
            foreach (var rule in website.RoutingRules)
            {
                rule.Write(writer);
            }

            writer.End();
        }
    }

    private static void WriteOne(S3XmlWriter writer, string parent, string child, string? value)
    {
        if (value is not null)
        {
            writer.Start(parent);
            writer.Element(child, value);
            writer.End();
        }
    }
}

/// <summary>Sends a request of a website elsewhere when its key or its error fits.</summary>
internal sealed record RoutingRule
{
    /// <summary>Keys start so; null for all.</summary>
    public string? KeyPrefix { get; init; }

    /// <summary>The error that the request would be answered with; null for any answer.</summary>
    public int? ErrorCode { get; init; }

    public required WebsiteRedirect Redirect { get; init; }

    /// <summary>True when the request fits.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="errorCode">The error it would be answered with; null before that is known.</param>
    public bool Fits(string key, int? errorCode)
        => ErrorCode == errorCode && (KeyPrefix is null || key.StartsWith(KeyPrefix, StringComparison.Ordinal));

    public static RoutingRule Parse(XmlNode node)
    {
        var condition = node.Allow("Condition", "Redirect").Child("Condition")?.Allow("KeyPrefixEquals", "HttpErrorCodeReturnedEquals");
        if (condition is { Children.IsEmpty: true })
        {
            throw XmlValues.Invalid("Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't be present.");
        }

        return new RoutingRule
        {
            KeyPrefix = condition?.ChildText("KeyPrefixEquals"),
            ErrorCode = condition?.Word("HttpErrorCodeReturnedEquals") is not { } code ? null
                : S3Number.TryParse(code, out int number) && number is >= 400 and <= 599 ? number
                : throw XmlValues.Invalid($"The provided HTTP error code ({code}) is not valid. Valid codes are 4XX or 5XX."),
            Redirect = WebsiteRedirect.Parse(node.Child("Redirect") ?? throw XmlValues.Malformed()),
        };
    }

    public void Write(S3XmlWriter writer)
    {
        writer.Start("RoutingRule");
        if (KeyPrefix is not null || ErrorCode is not null)
        {
            writer.Start("Condition");
            writer.Optional("HttpErrorCodeReturnedEquals", ErrorCode?.ToString(CultureInfo.InvariantCulture));
            writer.Optional("KeyPrefixEquals", KeyPrefix);
            writer.End();
        }

        Redirect.Write(writer);
        writer.End();
    }
}
