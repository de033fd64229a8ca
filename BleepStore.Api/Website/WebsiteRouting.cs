using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Website;

/// <summary>Where the rules of a website send a request.</summary>
internal static class WebsiteRouting
{
    /// <summary>The redirect of the first rule that fits; null where none does.</summary>
    /// <param name="website">The website.</param>
    /// <param name="request">The request.</param>
    /// <param name="errorCode">The error it would be answered with; null before that is known.</param>
    public static S3Response? Find(WebsiteConfiguration website, IncomingRequest request, int? errorCode)
    {
        var key = request.Key ?? "";
        foreach (var rule in website.RoutingRules)
        {
            if (rule.Fits(key, errorCode))
            {
                return Redirect(request, rule.Redirect, NewKey(rule, key));
            }
        }

        return null;
    }

    /// <summary>Sends every request to the same path elsewhere.</summary>
    public static S3Response ToOtherSite(IncomingRequest request, WebsiteRedirect redirect)
        => Redirect(request, redirect, Encode(request.Key ?? ""));

    /// <summary>Sends a browser that left out the slash of a directory there.</summary>
    public static S3Response ToDirectory(string key)
        => S3Response.Redirect(StatusCodes.Status302Found).With("Location", $"/{Encode(key)}/");

    private static string NewKey(RoutingRule rule, string key)
        => rule.Redirect.ReplaceKeyWith
            ?? (rule.Redirect.ReplaceKeyPrefixWith is { } prefix ? prefix + Encode(key[(rule.KeyPrefix ?? "").Length..]) : Encode(key));

    private static S3Response Redirect(IncomingRequest request, WebsiteRedirect redirect, string key)
    {
        var protocol = redirect.Protocol ?? (request.IsTls ? "https" : "http");
        return S3Response.Redirect(redirect.Status).With("Location", $"{protocol}://{redirect.HostName ?? request.Host}/{key}");
    }

    private static string Encode(string key) => PercentEncoding.Encode(key, keepSlash: true);
}
