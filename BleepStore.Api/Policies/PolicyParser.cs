using System.Collections.Immutable;
using System.Text.Json;

namespace BleepStore.Api.Policies;

/// <summary>Reads policies of every kind: the grammar of https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html</summary>
internal static class PolicyParser
{
    private const string CurrentVersion = "2012-10-17";
    private const string OldVersion = "2008-10-17";

    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 12 };

    /// <summary>Reads and compiles a policy.</summary>
    /// <exception cref="PolicyException">It is not a policy of that kind.</exception>
    public static PolicyDocument Parse(string text, PolicyKind kind)
    {
        var words = new PolicyWords(kind);
        if (!text.StartsWith('{'))
        {
            throw words.NoObject();
        }

        try
        {
            using var document = JsonDocument.Parse(text, Options);
            return ReadDocument(document.RootElement, words);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second is what a lone half of a surrogate pair in a string throws.
            throw words.NoJson(e);
        }
    }

    private static PolicyDocument ReadDocument(JsonElement root, PolicyWords words)
    {
        CheckFields(root, words, "Version", "Id", "Statement");
        var version = FindText(root, "Version", words) ?? OldVersion;
        if (version is not (CurrentVersion or OldVersion))
        {
            throw words.NoVersion();
        }

        if (!root.TryGetProperty("Statement", out var statement))
        {
            throw words.Missing("Statement");
        }

        var elements = statement.ValueKind == JsonValueKind.Array ? [.. statement.EnumerateArray()] : ImmutableArray.Create(statement);
        if (elements.IsEmpty)
        {
            throw words.NoStatement();
        }

        var statements = elements.Select(element => ReadStatement(element, words, version == CurrentVersion)).ToImmutableArray();
        words.CheckSids(statements.Select(item => item.Sid));
        return new PolicyDocument(FindText(root, "Id", words), statements) { IsOfCurrentVersion = version == CurrentVersion };
    }

    private static PolicyStatement ReadStatement(JsonElement element, PolicyWords words, bool withVariables)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw words.Syntax();
        }

        CheckFields(element, words, "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition");
        var effect = (FindText(element, "Effect", words) ?? throw words.Missing("Effect")) switch
        {
            "Allow" => PolicyEffect.Allow,
            "Deny" => PolicyEffect.Deny,
            var other => throw words.NoEffect(other),
        };
        var principals = PrincipalReader.Read(element, words);
        if (effect == PolicyEffect.Allow && principals is { IsNegated: true })
        {
            throw new PolicyException("Allow with NotPrincipal is not allowed.");
        }

        return new PolicyStatement
        {
            Sid = FindText(element, "Sid", words),
            Effect = effect,
            Principals = principals,
            Actions = ReadActions(element, words),
            Resources = ReadResources(element, words, withVariables),
            Conditions = ReadConditions(element, words, withVariables),
        };
    }

    private static PolicyPatterns ReadActions(JsonElement statement, PolicyWords words)
    {
        var (isNegated, texts) = ReadEither(statement, "Action", "NotAction", words) ?? throw words.Missing("Action");
        foreach (var text in texts)
        {
            words.CheckAction(text);
        }

        return new PolicyPatterns(isNegated, [.. texts.Select(text => PolicyPattern.Compile(text, withVariables: false, withWildcards: true, ignoreCase: true))]);
    }

    private static PolicyPatterns? ReadResources(JsonElement statement, PolicyWords words, bool withVariables)
    {
        if (ReadEither(statement, "Resource", "NotResource", words) is not { } found)
        {
            return words.Kind == PolicyKind.Trust ? null : throw words.Missing("Resource");
        }

        if (words.Kind == PolicyKind.Trust)
        {
            throw new PolicyException("Has prohibited field Resource");
        }

        foreach (var text in found.Texts)
        {
            words.CheckResource(text);
        }

        return new PolicyPatterns(found.IsNegated, [.. found.Texts.Select(text => PolicyPattern.Compile(text, withVariables, withWildcards: true))]);
    }

    private static ImmutableArray<PolicyCondition> ReadConditions(JsonElement statement, PolicyWords words, bool withVariables)
    {
        if (!statement.TryGetProperty("Condition", out var condition))
        {
            return [];
        }

        var conditions = ImmutableArray.CreateBuilder<PolicyCondition>();
        foreach (var named in Properties(condition, words))
        {
            var op = ConditionOperator.Find(named.Name) ?? throw words.NoOperator(named.Name);
            foreach (var key in Properties(named.Value, words))
            {
                var normalized = ConditionKey.Normalize(key.Name);
                words.CheckConditionKey(normalized);
                conditions.Add(new PolicyCondition(
                    op, normalized, [.. ReadValues(key.Value, words).Select(value => ConditionValue.Compile(op, value, withVariables) ?? throw words.NoValue(value))]));
            }
        }

        return conditions.DrainToImmutable();
    }

    /// <summary>The values of a condition key: texts, numbers and truth values, one or a list.</summary>
    private static IEnumerable<string> ReadValues(JsonElement element, PolicyWords words) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().Select(item => ReadValue(item, words)),
        _ => [ReadValue(element, words)],
    };

    private static string ReadValue(JsonElement element, PolicyWords words) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString() ?? "",
        JsonValueKind.Number => element.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => throw words.Syntax(),
    };

    private static (bool IsNegated, ImmutableArray<string> Texts)? ReadEither(JsonElement statement, string name, string negated, PolicyWords words)
    {
        var (hasPlain, hasNegated) = (statement.TryGetProperty(name, out var plain), statement.TryGetProperty(negated, out var not));
        return (hasPlain, hasNegated) switch
        {
            (true, true) => throw words.Syntax(),
            (true, _) => IsNone(plain, words) ? null : (false, ReadTexts(plain, words)),
            (_, true) => IsNone(not, words) ? null : (true, ReadTexts(not, words)),
            _ => null,
        };
    }

    /// <summary>An empty list is to IAM what none is.</summary>
    private static bool IsNone(JsonElement element, PolicyWords words)
        => words.Kind is PolicyKind.Identity or PolicyKind.Session && element.ValueKind == JsonValueKind.Array && element.GetArrayLength() == 0;

    /// <summary>One text, or a list of at least one.</summary>
    /// <exception cref="PolicyException">Anything else.</exception>
    public static ImmutableArray<string> ReadTexts(JsonElement element, PolicyWords words)
    {
        var items = element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray()] : ImmutableArray.Create(element);
        return items.IsEmpty || items.Any(item => item.ValueKind != JsonValueKind.String)
            ? throw words.Syntax()
            : [.. items.Select(item => item.GetString() ?? "")];
    }

    private static string? FindText(JsonElement element, string name, PolicyWords words)
        => !element.TryGetProperty(name, out var found) ? null
            : found.ValueKind == JsonValueKind.String ? found.GetString()
            : throw words.Syntax();

    private static JsonElement.ObjectEnumerator Properties(JsonElement element, PolicyWords words)
        => element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : throw words.Syntax();

    private static void CheckFields(JsonElement element, PolicyWords words, params ReadOnlySpan<string> known)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                throw words.Unknown(property.Name);
            }
        }
    }
}
