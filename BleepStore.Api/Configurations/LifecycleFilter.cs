using System.Collections.Immutable;
using System.Text;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Configurations;

/// <summary>Which objects a lifecycle rule is about.</summary>
internal sealed record LifecycleFilter
{
    /// <summary>Keys start so; null where nothing was said.</summary>
    public string? Prefix { get; init; }

    /// <summary>Tags that an object must have, all of them.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Tags { get; init; } = [];

    /// <summary>Objects are larger.</summary>
    public long? SizeGreaterThan { get; init; }

    /// <summary>Objects are smaller.</summary>
    public long? SizeLessThan { get; init; }

    /// <summary>True when the conditions came within <c>And</c>.</summary>
    public bool IsAnd { get; init; }

    public bool HasSize => SizeGreaterThan is not null || SizeLessThan is not null;

    /// <summary>True when the object of that key fits; its tags and size count.</summary>
    public bool Fits(ObjectRecord record)
        => FitsKey(record.Key)
            && (SizeGreaterThan is null || record.Size > SizeGreaterThan)
            && (SizeLessThan is null || record.Size < SizeLessThan)
            && (Tags.IsEmpty || Tags.All(record.Tags.Contains));

    /// <summary>True when a key fits whose object has neither tags nor size: a delete marker, an upload.</summary>
    public bool FitsKey(string key) => string.IsNullOrEmpty(Prefix) || key.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Reads the filter or the prefix of a rule.</summary>
    public static LifecycleFilter Parse(XmlNode rule)
    {
        var (filter, prefix) = (rule.Child("Filter"), rule.ChildText("Prefix"));
        if (filter is null == prefix is null)
        {
            throw XmlValues.Malformed();
        }

        if (filter is null)
        {
            return new LifecycleFilter { Prefix = prefix }.Checked();
        }

        filter.Allow("Prefix", "Tag", "ObjectSizeGreaterThan", "ObjectSizeLessThan", "And");
        return filter.Children.Length switch
        {
            0 => new LifecycleFilter(),
            1 when filter.Child("And") is { } and => and.Children.Length < 2 ? throw XmlValues.Malformed() : (Read(and.Allow("Prefix", "Tag", "ObjectSizeGreaterThan", "ObjectSizeLessThan")) with { IsAnd = true }).Checked(),
            1 => Read(filter).Checked(),
            _ => throw XmlValues.Malformed(),
        };
    }

    public void Write(S3XmlWriter writer, bool asFilter)
    {
        if (!asFilter)
        {
            writer.Element("Prefix", Prefix ?? "");
            return;
        }

        writer.Start("Filter");
        if (IsAnd)
        {
            writer.Start("And");
        }

        writer.Optional("Prefix", Prefix);
        foreach (var (key, value) in Tags)
        {
            writer.Start("Tag");
            writer.Element("Key", key);
            writer.Element("Value", value);
            writer.End();
        }

        WriteSize(writer, "ObjectSizeGreaterThan", SizeGreaterThan);
        WriteSize(writer, "ObjectSizeLessThan", SizeLessThan);
        if (IsAnd)
        {
            writer.End();
        }

        writer.End();
    }

    private static LifecycleFilter Read(XmlNode node) => new()
    {
        Prefix = node.ChildText("Prefix"),
        Tags = [.. node.All("Tag").Select(tag => KeyValuePair.Create(tag.Allow("Key", "Value").RequiredText("Key"), tag.RequiredText("Value")))],
        SizeGreaterThan = node.Number("ObjectSizeGreaterThan"),
        SizeLessThan = node.Number("ObjectSizeLessThan"),
    };

    private LifecycleFilter Checked()
    {
        if (Prefix is not null && Encoding.UTF8.GetByteCount(Prefix) > S3Limits.MaxKeyBytes)
        {
            throw XmlValues.Invalid("The maximum size of a prefix is 1024.");
        }

        if (Tags.Any(tag => tag.Key.Length is 0 or > S3Limits.MaxTagKeyLength || tag.Value.Length > S3Limits.MaxTagValueLength))
        {
            throw new S3Exception(S3Errors.InvalidTag.Because("The TagKey or TagValue you have provided is invalid"));
        }

        if (Tags.DistinctBy(tag => tag.Key, StringComparer.Ordinal).Count() < Tags.Length)
        {
            throw XmlValues.Invalid("Duplicate Tag Keys are not allowed.");
        }

        if (SizeGreaterThan < 0 || SizeLessThan < 1)
        {
            throw XmlValues.Invalid("'ObjectSizeGreaterThan' and 'ObjectSizeLessThan' must not be negative, and nothing is smaller than 0 bytes.");
        }

        return SizeGreaterThan >= SizeLessThan
            ? throw XmlValues.Invalid("'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.")
            : this;
    }

    private static void WriteSize(S3XmlWriter writer, string name, long? value)
    {
        if (value is { } size)
        {
            writer.Element(name, size);
        }
    }
}
