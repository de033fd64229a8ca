using System.Collections.Immutable;

namespace BleepStore.Api.Configuration;

/// <summary>A key with the value that is in force.</summary>
/// <param name="Key">Dots between its sections, as in the documents.</param>
/// <param name="Value">As a user would write it; never shown where <paramref name="IsSecret"/>.</param>
/// <param name="Origin">Where it was written; null for the default.</param>
/// <param name="IsSecret">True when the value must not be shown.</param>
internal sealed record EffectiveSetting(string Key, string Value, string? Origin, bool IsSecret);

/// <summary>
/// Reads keys out of the layered configuration, collecting what is wrong instead of stopping at the first fault. Asking for a key is what
/// makes it known: whatever nobody asked for is reported as unknown.
/// </summary>
internal sealed class SettingReader(IConfigurationRoot configuration)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<string> _inert = [];
    private readonly List<string> _errors = [];
    private readonly List<EffectiveSetting> _effective = [];

    /// <summary>Every key that was asked for, with the value in force.</summary>
    public ImmutableArray<EffectiveSetting> Effective => [.. _effective];

    /// <summary>One line for each fault found so far.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>The value of a key, or <paramref name="fallback"/> where it is not set or faulty.</summary>
    public T Read<T>(string key, T fallback, SettingType<T> type, bool isSecret = false)
    {
        _known.Add(Pattern(key));
        var text = configuration[PathOf(key)];
        if (text is null)
        {
            _effective.Add(new(key, type.Format(fallback), Origin: null, isSecret));
            return fallback;
        }

        if (!type.Parse(text, out var value))
        {
            AddError($"{Describe(key, isSecret)}: must be {type.Allowed}.");
            return fallback;
        }

        _effective.Add(new(key, type.Format(value), OriginOf(key), isSecret));
        return value;
    }

    /// <summary>A list of texts: a YAML list, numbered variables, or one text with commas.</summary>
    public ImmutableArray<string> ReadList(string key, SettingType<string> type)
    {
        _known.Add(key);
        _known.Add(key + ".*");
        var section = configuration.GetSection(PathOf(key));
        var texts = section.Value is { } joined
            ? joined.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : section.GetChildren().Select(child => child.Value).OfType<string>().ToArray();
        foreach (var text in texts)
        {
            if (!type.Parse(text, out _))
            {
                AddError($"{key} = {text}: each must be {type.Allowed}.");
            }
        }

        _effective.Add(new(key, string.Join(',', texts), Origin: null, IsSecret: false));
        return [.. texts];
    }

    /// <summary>The keys of the entries of a list of maps, in order: <c>auth.users.0</c>, <c>auth.users.1</c>.</summary>
    public IEnumerable<string> Entries(string key)
    {
        _known.Add(Pattern(key + ".0"));
        return configuration.GetSection(PathOf(key)).GetChildren().Select(child => $"{key}.{child.Key}");
    }

    /// <summary>A key of a capability that this release lacks: harmless only with one of the values that ask for nothing.</summary>
    public void ReadLater(string key, params string[] harmless)
    {
        _known.Add(key);
        foreach (var leaf in Leaves().Where(leaf => leaf == key || leaf.StartsWith(key + ".", StringComparison.Ordinal)))
        {
            _known.Add(Pattern(leaf));
            if (!harmless.Contains(configuration[PathOf(leaf)], StringComparer.OrdinalIgnoreCase))
            {
                AddError($"{Describe(leaf, isSecret: false)}: not available in this release; leave it out{Or(harmless)}.");
            }
        }

        static string Or(string[] values) => values.Length == 0 ? "" : $" or set it to {string.Join(" or ", values.Where(value => value.Length > 0))}";
    }

    /// <summary>This key is accepted and does nothing.</summary>
    public void AcceptKey(string key) => _known.Add(key);

    /// <summary>
    /// Keys below this section are accepted and do nothing, so that configuration files of fuller releases can be shared.
    /// </summary>
    public void Accept(string section) => _inert.Add(section + ".");

    /// <summary>Adds the fault of a key whose value is right by itself, but not with the others.</summary>
    /// <param name="key">The key at fault.</param>
    /// <param name="mustBe">Completes the sentence after the key, its value and origin.</param>
    /// <param name="isSecret">True when the value must not be shown.</param>
    public void Refuse(string key, string mustBe, bool isSecret = false) => AddError($"{Describe(key, isSecret)}: {mustBe}");

    /// <summary>Adds a line for every key that is set and that nobody asked for.</summary>
    public void RefuseUnknown()
    {
        foreach (var leaf in Leaves())
        {
            if (_known.Contains(Pattern(leaf)) || _inert.Exists(section => leaf.StartsWith(section, StringComparison.Ordinal)))
            {
                continue;
            }

            var pattern = Pattern(leaf);
            var isList = _known.Any(known => known.StartsWith(pattern + ".*", StringComparison.Ordinal));
            var isSection = _known.Any(known => known.StartsWith(pattern + ".", StringComparison.Ordinal));
            AddError(isList ? $"{leaf} ({OriginOf(leaf)}) is a list: give each entry a line of its own that begins with a hyphen."
                : isSection ? $"{leaf} ({OriginOf(leaf)}) is a section with keys of its own, not a value."
                : $"{leaf} ({OriginOf(leaf)}) is not a known key{Suggestion(pattern)}");
        }

        foreach (var (bare, origin) in configuration.Providers.OfType<ISettingOrigin>().SelectMany(provider => provider.Bare.Select(path => (
            Key: path.Replace(':', '.').ToLowerInvariant(), Origin: provider.OriginOf(path)))))
        {
            var pattern = Pattern(bare);
            if (!_known.Contains(pattern) && !_known.Any(known => known.StartsWith(pattern + ".", StringComparison.Ordinal))
                && !_inert.Exists(section => (bare + ".").StartsWith(section, StringComparison.Ordinal)))
            {
                AddError($"{bare} ({origin}) is not a known key{NearestName.Suggestion(pattern, _known.Select(ListOf))}");
            }
        }
    }

    // The keys of entries are learned with the entries, so where the list is misspelt only its own name can be found.
    private string Suggestion(string pattern)
    {
        var list = ListOf(pattern);
        return list == pattern || _known.Any(known => known.StartsWith(list + ".*", StringComparison.Ordinal))
            ? NearestName.Suggestion(pattern, _known)
            : NearestName.Suggestion(list, _known.Select(ListOf));
    }

    private static string ListOf(string pattern) => pattern.Split(".*")[0];

    private void AddError(string line) => _errors.Add(line.ReplaceLineEndings(" "));

    private IEnumerable<string> Leaves() => configuration.AsEnumerable()
        .Where(pair => pair.Value is not null)
        .Select(pair => pair.Key.Replace(':', '.').ToLowerInvariant())
        .Order(StringComparer.Ordinal);

    private string Describe(string key, bool isSecret)
    {
        var value = configuration[PathOf(key)];
        return isSecret || value is null ? $"{key}{InParentheses(OriginOf(key))}" : $"{key} = {value}{InParentheses(OriginOf(key))}";

        static string InParentheses(string? origin) => origin is null ? "" : $" ({origin})";
    }

    private string? OriginOf(string key)
    {
        var path = PathOf(key);
        foreach (var provider in configuration.Providers.Reverse())
        {
            if (provider.TryGet(path, out _))
            {
                return (provider as ISettingOrigin)?.OriginOf(path);
            }
        }

        return null;
    }

    private static string PathOf(string key) => key.Replace('.', ':');

    // Entries of lists are known by their list: auth.users.0.id is auth.users.*.id.
    private static string Pattern(string key)
        => string.Join('.', key.Split('.').Select(part => part.All(char.IsAsciiDigit) ? "*" : part));
}
