using System.Globalization;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;

namespace BleepStore.Api.Configurations;

/// <summary>Where a website sends a browser instead of an answer.</summary>
internal sealed record WebsiteRedirect
{
    private const int MovedPermanently = 301;

    /// <summary><c>http</c> or <c>https</c>; null for that of the request.</summary>
    public string? Protocol { get; init; }

    /// <summary>Null for the host of the request.</summary>
    public string? HostName { get; init; }

    /// <summary>What takes the place of the prefix that fitted; null to keep the key.</summary>
    public string? ReplaceKeyPrefixWith { get; init; }

    /// <summary>What takes the place of the whole key; null to keep it.</summary>
    public string? ReplaceKeyWith { get; init; }

    public int? HttpRedirectCode { get; init; }

    /// <summary>Status of the answer.</summary>
    public int Status => HttpRedirectCode ?? MovedPermanently;

    public static WebsiteRedirect Parse(XmlNode node)
    {
        node.Allow("Protocol", "HostName", "ReplaceKeyPrefixWith", "ReplaceKeyWith", "HttpRedirectCode");
        if (node.Children.IsEmpty)
        {
            throw XmlValues.Malformed();
        }

        var redirect = new WebsiteRedirect
        {
            Protocol = ReadProtocol(node),
            HostName = node.Word("HostName"),
            ReplaceKeyPrefixWith = node.ChildText("ReplaceKeyPrefixWith"),
            ReplaceKeyWith = node.ChildText("ReplaceKeyWith"),
            HttpRedirectCode = node.Word("HttpRedirectCode") is not { } code ? null
                : S3Number.TryParse(code, out int number) && number is > 300 and <= 399 ? number
                : throw XmlValues.Invalid($"The provided HTTP redirect code ({code}) is not valid. Valid codes are 3XX except 300."),
        };
        redirect.CheckTexts();
        return redirect.ReplaceKeyPrefixWith is null || redirect.ReplaceKeyWith is null
            ? redirect
            : throw XmlValues.Invalid("You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
    }

    /// <summary>Refuses what no <c>Location</c> header could carry.</summary>
    public void CheckTexts()
    {
        foreach (var text in (string?[])[HostName, ReplaceKeyPrefixWith, ReplaceKeyWith])
        {
            if (text is not null && text.Any(char.IsControl))
            {
                throw XmlValues.Invalid("A redirect must not hold control characters.");
            }
        }
    }

    public static string? ReadProtocol(XmlNode node) => node.Word("Protocol") switch
    {
        null => null,
        "http" or "https" => node.Word("Protocol"),
        _ => throw XmlValues.Invalid("Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically."),
    };

    public void Write(S3XmlWriter writer)
    {
        writer.Start("Redirect");
        writer.Optional("HostName", HostName);
        writer.Optional("HttpRedirectCode", HttpRedirectCode?.ToString(CultureInfo.InvariantCulture));
        writer.Optional("Protocol", Protocol);
        writer.Optional("ReplaceKeyPrefixWith", ReplaceKeyPrefixWith);
        writer.Optional("ReplaceKeyWith", ReplaceKeyWith);
        writer.End();
    }
}
