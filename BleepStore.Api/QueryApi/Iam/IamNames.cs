using System.Text.RegularExpressions;

namespace BleepStore.Api.QueryApi.Iam;

/// <summary>What names, paths, versions and tags of identities may look like, wherever they come from.</summary>
internal static partial class IamNames
{
    private const int MaxPath = 512;

    public static bool IsName(string text, int maxLength) => text.Length > 0 && text.Length <= maxLength && NamePattern().IsMatch(text);

    public static bool IsPath(string text) => text.Length <= MaxPath && PathPattern().IsMatch(text);

    /// <summary>True when all characters may stand in a tag.</summary>
    public static bool IsTag(string text) => TagPattern().IsMatch(text);

    /// <summary>True when a version of a policy could be called so.</summary>
    public static bool IsVersion(string text) => VersionPattern().IsMatch(text);

    [GeneratedRegex(@"^v[1-9][0-9]*(\.[A-Za-z0-9-]*)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionPattern();

    [GeneratedRegex(@"^[A-Za-z0-9_+=,.@-]+\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"^(/|/[\u0021-\u007E]+/)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PathPattern();

    [GeneratedRegex(@"^[\p{L}\p{Z}\p{N}_.:/=+\-@]*\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TagPattern();
}
