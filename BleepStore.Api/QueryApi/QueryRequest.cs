using System.Collections.Immutable;
using System.Globalization;
using BleepStore.Api.Auth;
using BleepStore.Api.Protocol;
using BleepStore.Api.QueryApi.Iam;

namespace BleepStore.Api.QueryApi;

/// <summary>A request to a query service whose sender is known.</summary>
/// <param name="form">Its parameters.</param>
/// <param name="caller">Who sent it.</param>
/// <param name="incoming">The request that carried it.</param>
/// <param name="sourceAddress">Where it came from.</param>
internal sealed class QueryRequest(S3Query form, Caller.Account caller, IncomingRequest incoming, string? sourceAddress)
{
    private const int DefaultPage = 100;
    private const int MaxPage = 1000;
    private const int MaxTagKey = 128;
    private const int MaxTagValue = 256;

    public Caller.Account Caller { get; } = caller;

    public IncomingRequest Incoming { get; } = incoming;

    /// <summary>Address it came from.</summary>
    public string? SourceAddress { get; } = sourceAddress;

    /// <summary>Canonical id of the caller's account, which is what actions are about.</summary>
    public string AccountId => Caller.AccountId;

    /// <summary>The value of a parameter; null when it is absent or empty.</summary>
    public string? Find(string name) => form[name] is { Length: > 0 } value ? value : null;

    /// <summary>The value of a parameter that must be there, if only empty.</summary>
    /// <exception cref="QueryException">ValidationError: it is absent.</exception>
    public string Get(string name) => form[name] ?? throw Missing(name);

    /// <summary>The name of a user, group, role or policy, or null.</summary>
    /// <exception cref="QueryException">ValidationError: no name could be so.</exception>
    public string? FindName(string parameter, int maxLength = 128)
    {
        if (form[parameter] is not { } name)
        {
            return null;
        }

        if (name.Length == 0 || name.Length > maxLength)
        {
            throw Invalid(parameter, name, $"Member must have length greater than or equal to 1 and less than or equal to {maxLength}");
        }

        return IamNames.IsName(name, maxLength)
            ? name
            : throw new QueryException(QueryErrors.ValidationError.Because(
                $"The specified value for {LowerFirst(parameter)} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"));
    }

    /// <summary>The name of a user, group, role or policy.</summary>
    /// <exception cref="QueryException">ValidationError: it is absent, or no name could be so.</exception>
    public string GetName(string parameter, int maxLength = 128) => FindName(parameter, maxLength) ?? throw Missing(parameter);

    /// <summary>A path; <paramref name="fallback"/> where there is none.</summary>
    /// <exception cref="QueryException">ValidationError: it does not begin and end with a slash.</exception>
    public string? FindPath(string parameter, string? fallback)
    {
        var path = Find(parameter);
        return path is null ? fallback
            : IamNames.IsPath(path) ? path
            : throw new QueryException(QueryErrors.ValidationError.Because(
                $"The specified value for {LowerFirst(parameter)} is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters."));
    }

    /// <summary>The beginning that paths must have to be listed.</summary>
    /// <exception cref="QueryException">ValidationError: it does not begin with a slash.</exception>
    public string FindPathPrefix()
    {
        var prefix = Find("PathPrefix") ?? "/";
        return prefix.Length <= 512 && prefix[0] == '/' ? prefix
            : throw Invalid("PathPrefix", prefix, @"Member must satisfy regular expression pattern: \u002F[\u0021-\u007F]*");
    }

    /// <summary>A whole number within bounds, or null.</summary>
    /// <exception cref="QueryException">ValidationError: it is something else.</exception>
    public int? FindNumber(string parameter, int min, int max)
    {
        if (Find(parameter) is not { } text)
        {
            return null;
        }

        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            throw new QueryException(QueryErrors.MalformedInput.Because($"The value of {parameter} must be a number."));
        }

        return number < min ? throw Invalid(parameter, text, $"Member must have value greater than or equal to {min}")
            : number > max ? throw Invalid(parameter, text, $"Member must have value less than or equal to {max}")
            : number;
    }

    /// <summary>How many items a page may hold.</summary>
    public int MaxItems => FindNumber("MaxItems", 1, MaxPage) ?? DefaultPage;

    /// <summary>The elements of a list of maps: <c>Tags.member.1.Key</c>, <c>Tags.member.1.Value</c> …</summary>
    public IEnumerable<Func<string, string?>> Members(string list)
    {
        for (var number = 1; ; number++)
        {
            var prefix = string.Create(CultureInfo.InvariantCulture, $"{list}.member.{number}.");
            if (!form.Parameters.Any(parameter => parameter.Name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                yield break;
            }

            yield return field => form[prefix + field];
        }
    }

    /// <summary>The elements of a list of texts: <c>TagKeys.member.1</c> …</summary>
    public IEnumerable<string> Texts(string list)
    {
        for (var number = 1; form[string.Create(CultureInfo.InvariantCulture, $"{list}.member.{number}")] is { } text; number++)
        {
            yield return text;
        }
    }

    /// <summary>The tags of a request.</summary>
    /// <exception cref="QueryException">ValidationError or InvalidInput: one is none, or there are two of one key.</exception>
    public ImmutableArray<KeyValuePair<string, string>> Tags(int maxCount = 50)
    {
        var tags = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var member in Members("Tags"))
        {
            var (key, value) = (member("Key") ?? throw Missing("tags.member.key"), member("Value") ?? throw Missing("tags.member.value"));
            var at = string.Create(CultureInfo.InvariantCulture, $"tags.{tags.Count + 1}.member");
            CheckTagText(at + ".key", key, minLength: 1, MaxTagKey);
            CheckTagText(at + ".value", value, minLength: 0, MaxTagValue);

            if (key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
            {
                throw new QueryException(QueryErrors.InvalidInput.Because("Tag keys beginning with aws: are reserved for system use."));
            }

            if (tags.Any(tag => tag.Key.Equals(key, StringComparison.OrdinalIgnoreCase)))
            {
                throw new QueryException(QueryErrors.InvalidInput.Because("Duplicate tag keys found. Please note that Tag keys are case insensitive."));
            }

            tags.Add(KeyValuePair.Create(key, value));
        }

        return tags.Count <= maxCount ? tags.DrainToImmutable()
            : throw Invalid("tags", $"{tags.Count} tags", $"Member must have length less than or equal to {maxCount}");
    }

    /// <summary>The keys of tags that a request names.</summary>
    /// <exception cref="QueryException">ValidationError: there are too many, or no tag could have one of them.</exception>
    public ImmutableArray<string> TagKeys(int maxCount)
    {
        ImmutableArray<string> keys = [.. Texts("TagKeys")];
        if (keys.Length > maxCount)
        {
            throw Invalid("tagKeys", $"{keys.Length} keys", $"Member must have length less than or equal to {maxCount}");
        }

        for (var index = 0; index < keys.Length; index++)
        {
            CheckTagText(string.Create(CultureInfo.InvariantCulture, $"tagKeys.{index + 1}.member"), keys[index], minLength: 1, MaxTagKey);
        }

        return keys;
    }

    private static void CheckTagText(string at, string text, int minLength, int maxLength)
    {
        if (text.Length < minLength || text.Length > maxLength)
        {
            throw Invalid(at, text, text.Length < minLength
                ? $"Member must have length greater than or equal to {minLength}"
                : $"Member must have length less than or equal to {maxLength}");
        }

        if (!IamNames.IsTag(text))
        {
            throw Invalid(at, text, @"Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]" + (minLength == 0 ? "*" : "+"));
        }
    }

    /// <summary>The error that AWS gives for a parameter that is missing.</summary>
    public static QueryException Missing(string parameter) => new(QueryErrors.ValidationError.Because(
        $"1 validation error detected: Value null at '{LowerFirst(parameter)}' failed to satisfy constraint: Member must not be null"));

    /// <summary>The error that AWS gives for a parameter that breaks a rule.</summary>
    public static QueryException Invalid(string parameter, string value, string constraint) => new(QueryErrors.ValidationError.Because(
        $"1 validation error detected: Value '{value}' at '{LowerFirst(parameter)}' failed to satisfy constraint: {constraint}"));

    private static string LowerFirst(string parameter) => char.ToLowerInvariant(parameter[0]) + parameter[1..];
}
