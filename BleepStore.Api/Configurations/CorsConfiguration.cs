using System.Collections.Immutable;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;

namespace BleepStore.Api.Configurations;

/// <summary>Which pages of other origins may use a bucket: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html</summary>
/// <param name="Rules">In the order sent; the first that fits decides.</param>
internal sealed record CorsConfiguration(ImmutableArray<CorsRule> Rules)
{
    private const int MaxRules = 100;

    public static readonly ConfigurationDocument<CorsConfiguration> Document = new("cors", "CORSConfiguration", Parse, Write);

    private static CorsConfiguration Parse(XmlNode node)
    {
        var rules = node.Allow("CORSRule").Children;
        return rules.Length switch
        {
            0 => throw XmlValues.Malformed(),
            > MaxRules => throw XmlValues.Invalid("The number of CORS rules should not exceed allowed limit of 100 rules."),
            _ => new CorsConfiguration([.. rules.Select(CorsRule.Parse)]),
        };
    }

    private static void Write(S3XmlWriter writer, CorsConfiguration configuration)
    {
        foreach (var rule in configuration.Rules)
        {
            rule.Write(writer);
        }
    }
}

/// <summary>One rule of a CORS configuration.</summary>
internal sealed record CorsRule
{
    private const int MaxIdLength = 255;

    public string? Id { get; init; }

    /// <summary>Names of request headers, with at most one wildcard each.</summary>
    public ImmutableArray<string> AllowedHeaders { get; init; } = [];

    public required ImmutableArray<string> AllowedMethods { get; init; }

    /// <summary>Origins, with at most one wildcard each.</summary>
    public required ImmutableArray<string> AllowedOrigins { get; init; }

    public ImmutableArray<string> ExposeHeaders { get; init; } = [];

    public long? MaxAgeSeconds { get; init; }

    public static CorsRule Parse(XmlNode node)
    {
        node.Allow("ID", "AllowedHeader", "AllowedMethod", "AllowedOrigin", "ExposeHeader", "MaxAgeSeconds");
        var rule = new CorsRule
        {
            Id = node.ChildText("ID"),
            AllowedHeaders = node.Texts("AllowedHeader"),
            AllowedMethods = node.Texts("AllowedMethod"),
            AllowedOrigins = node.Texts("AllowedOrigin"),
            ExposeHeaders = node.Texts("ExposeHeader"),
            MaxAgeSeconds = node.Number("MaxAgeSeconds"),
        };
        if (rule.AllowedMethods.IsEmpty || rule.AllowedOrigins.IsEmpty)
        {
            throw XmlValues.Malformed();
        }

        if (rule.Id?.Length > MaxIdLength)
        {
            throw new S3Exception(S3Errors.InvalidArgument.Because("ID length should not exceed allowed limit of 255"));
        }

        rule.CheckNames();
        return rule;
    }

    public void Write(S3XmlWriter writer)
    {
        writer.Start("CORSRule");
        writer.Optional("ID", Id);
        WriteAll(writer, "AllowedHeader", AllowedHeaders);
        WriteAll(writer, "AllowedMethod", AllowedMethods);
        WriteAll(writer, "AllowedOrigin", AllowedOrigins);
        WriteAll(writer, "ExposeHeader", ExposeHeaders);
        if (MaxAgeSeconds is { } seconds)
        {
            writer.Element("MaxAgeSeconds", seconds);
        }

        writer.End();
    }

    private void CheckNames()
    {
        foreach (var method in AllowedMethods)
        {
            if (method is not ("GET" or "PUT" or "POST" or "DELETE" or "HEAD"))
            {
                throw XmlValues.Invalid($"Found unsupported HTTP method in CORS config. Unsupported method is {method}");
            }
        }

        CheckWildcards("AllowedOrigin", AllowedOrigins);
        CheckWildcards("AllowedHeader", AllowedHeaders);
        if (ExposeHeaders.FirstOrDefault(name => name.Contains('*', StringComparison.Ordinal)) is { } exposed)
        {
            throw XmlValues.Invalid($"ExposeHeader \"{exposed}\" contains wildcard. We currently do not support wildcard for ExposeHeader.");
        }

        if (AllowedHeaders.FirstOrDefault(name => !IsHeaderName(name.Replace("*", "", StringComparison.Ordinal))) is { } allowed)
        {
            throw XmlValues.Invalid($"AllowedHeader \"{allowed}\" contains invalid character.");
        }

        // They come back as headers of answers.
        if (ExposeHeaders.FirstOrDefault(name => !IsHeaderName(name)) is { } invalid)
        {
            throw XmlValues.Invalid($"ExposeHeader \"{invalid}\" contains invalid character.");
        }
    }

    /// <summary>True for what S3 takes as the name of a header.</summary>
    public static bool IsHeaderName(ReadOnlySpan<char> name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return false;
            }
        }

        return true;
    }

    private static void CheckWildcards(string element, ImmutableArray<string> patterns)
    {
        if (patterns.FirstOrDefault(pattern => pattern.Count(c => c == '*') > 1) is { } pattern)
        {
            throw XmlValues.Invalid($"{element} \"{pattern}\" can not have more than one wildcard.");
        }
    }

    private static void WriteAll(S3XmlWriter writer, string name, ImmutableArray<string> values)
    {
        foreach (var value in values)
        {
            writer.Element(name, value);
        }
    }
}
