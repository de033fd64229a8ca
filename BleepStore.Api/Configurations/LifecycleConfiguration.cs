using System.Collections.Immutable;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;

namespace BleepStore.Api.Configurations;

/// <summary>What becomes of objects by themselves: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html</summary>
/// <param name="Rules">In the order sent.</param>
internal sealed record LifecycleConfiguration(ImmutableArray<LifecycleRule> Rules)
{
    /// <summary>Header that says from which size on objects change their storage class.</summary>
    public const string MinimumSizeHeader = "x-amz-transition-default-minimum-object-size";

    private const int MaxRules = 1000;
    private const string DefaultMinimumSize = "all_storage_classes_128K";
    private const string MinimumSizeElement = "TransitionDefaultMinimumObjectSize";

    public static readonly ConfigurationDocument<LifecycleConfiguration> Document = new("lifecycle", "LifecycleConfiguration", Parse, Write)
    {
        ParseStored = node =>
        {
            var rules = Parse(node with { Children = [.. node.Children.Where(child => child.Name != MinimumSizeElement)] });
            return rules with { MinimumSize = node.ChildText(MinimumSizeElement) ?? DefaultMinimumSize };
        },
        WriteStored = (writer, configuration) =>
        {
            Write(writer, configuration);
            writer.Element(MinimumSizeElement, configuration.MinimumSize);
        },
    };

    /// <summary>The value of <see cref="MinimumSizeHeader"/> that the document came with. Nothing depends on it: there are no transitions.</summary>
    public string MinimumSize { get; init; } = DefaultMinimumSize;

    /// <summary>The same with the header's value; null for the default.</summary>
    /// <exception cref="S3Exception">InvalidArgument.</exception>
    public LifecycleConfiguration WithMinimumSize(string? header) => header switch
    {
        null => this,
        DefaultMinimumSize or "varies_by_storage_class" => this with { MinimumSize = header },
        _ => throw new S3Exception(S3Errors.Argument(MinimumSizeHeader, header, "Invalid value for x-amz-transition-default-minimum-object-size")),
    };

    private static LifecycleConfiguration Parse(XmlNode node)
    {
        var nodes = node.Allow("Rule").Children;
        if (nodes.IsEmpty)
        {
            throw XmlValues.Malformed();
        }

        if (nodes.Length > MaxRules)
        {
            throw XmlValues.Invalid("The number of lifecycle rules must not exceed the allowed limit of 1000 rules");
        }

        var rules = nodes.Select(LifecycleRule.Parse).ToImmutableArray();
        if (rules.DistinctBy(rule => rule.Id, StringComparer.Ordinal).Count() < rules.Length)
        {
            throw new S3Exception(S3Errors.InvalidArgument.Because("Rule ID must be unique. Found same ID for more than one rule"));
        }

        if (rules.Any(rule => rule.HasFilter) && !rules.All(rule => rule.HasFilter))
        {
            throw XmlValues.Invalid("Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.");
        }

        // Looked at last: what is wrong is wrong in every release.
        return nodes.Any(rule => rule.Child("Transition") is not null || rule.Child("NoncurrentVersionTransition") is not null)
            ? throw new S3Exception(S3Errors.NotImplemented.Because("Objects do not change their storage class here."))
            : new LifecycleConfiguration(rules);
    }

    private static void Write(S3XmlWriter writer, LifecycleConfiguration configuration)
    {
        foreach (var rule in configuration.Rules)
        {
            rule.Write(writer);
        }
    }
}
