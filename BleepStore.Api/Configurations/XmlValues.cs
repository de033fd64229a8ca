using System.Collections.Immutable;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;

namespace BleepStore.Api.Configurations;

/// <summary>Reads the values that configuration documents hold, and refuses what S3's schema refuses.</summary>
internal static class XmlValues
{
    /// <summary>The refusal of a document that does not follow the schema.</summary>
    public static S3Exception Malformed() => new(S3Errors.MalformedXML);

    /// <summary>The refusal of a document whose values cannot be.</summary>
    public static S3Exception Invalid(string message) => new(S3Errors.InvalidRequest.Because(message));

    /// <summary>The child elements of a name, in order.</summary>
    public static IEnumerable<XmlNode> All(this XmlNode node, string name) => node.Children.Where(child => child.Name == name);

    /// <summary>The texts of the child elements of a name, in order.</summary>
    public static ImmutableArray<string> Texts(this XmlNode node, string name) => [.. node.All(name).Select(child => child.Text.Trim())];

    /// <summary>The trimmed text of a child; null when absent.</summary>
    public static string? Word(this XmlNode node, string name) => node.ChildText(name)?.Trim();

    /// <summary>One of a few words; null when absent.</summary>
    public static string? OneOf(this XmlNode node, string name, params ReadOnlySpan<string> words)
        => node.Word(name) is not { } word ? null : words.Contains(word) ? word : throw Malformed();

    /// <summary>True or false; null when absent.</summary>
    public static bool? Flag(this XmlNode node, string name) => node.Word(name) switch
    {
        null => null,
        "true" or "TRUE" or "True" or "1" => true,
        "false" or "FALSE" or "False" or "0" => false,
        _ => throw Malformed(),
    };

    /// <summary>A whole number, which may be negative; null when absent.</summary>
    public static long? Number(this XmlNode node, string name)
    {
        if (node.Word(name) is not { } word)
        {
            return null;
        }

        var isNegative = word.StartsWith('-');
        return S3Number.TryParse(isNegative ? word.AsSpan(1) : word, out long number) && word.Length > (isNegative ? 1 : 0)
            ? isNegative ? -number : number
            : throw Malformed();
    }

    /// <summary>A number of days or the like: 1 to the largest that S3 takes.</summary>
    /// <param name="node">The parent.</param>
    /// <param name="name">The element.</param>
    /// <param name="action">What the message says it is of.</param>
    public static int? Positive(this XmlNode node, string name, string action)
        => node.Number(name) is not { } number ? null
            : number is >= 1 and <= int.MaxValue ? (int)number
            : throw new S3Exception(S3Errors.InvalidArgument.Because($"'{name}' for {action} action must be a positive integer"));
}
