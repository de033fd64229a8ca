using System.CommandLine.Parsing;

namespace BleepStore.Benchmarks.CommandLine;

/// <summary>Reads URLs of servers from the command line.</summary>
internal static class UrlParser
{
    public static Uri? Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps))
        {
            return url;
        }

        result.AddError($"'{text}' is no URL such as http://127.0.0.1:9000.");
        return null;
    }
}
