using System.Xml.Linq;

namespace BleepStore.Tests.Aws;

/// <summary>
/// Holds a document against the one a page shows: the same elements with the same texts. The order counts among elements of one name, for it is that
/// of a list; between names it does not, for no page promises it. An element <c>etc</c> leaves open what else stands beside its siblings.
/// </summary>
internal static class DocumentedXml
{
    private const string AnythingElse = "etc";
    private static readonly XNamespace s_instance = "http://www.w3.org/2001/XMLSchema-instance";

    /// <summary>Where the documents differ; null when they do not.</summary>
    public static string? FindDifference(XElement expected, XElement actual, Func<string, string, bool> matches)
        => FindDifference(expected, actual, "/" + expected.Name.LocalName, matches);

    private static string? FindDifference(XElement expected, XElement actual, string path, Func<string, string, bool> matches)
    {
        if (expected.Name.LocalName != actual.Name.LocalName)
        {
            return $"{path} was expected, {actual.Name.LocalName} came";
        }

        if (expected.Attribute("type") is { } type && actual.Attribute(s_instance + "type")?.Value != type.Value)
        {
            return $"{path} is not of type {type.Value}";
        }

        if (!expected.HasElements)
        {
            return !actual.HasElements && (expected.Value == actual.Value || matches(expected.Value, actual.Value)) ? null : $"{path} should hold {expected.Value}";
        }

        foreach (var group in expected.Elements().Where(child => child.Name.LocalName != AnythingElse).GroupBy(child => child.Name.LocalName))
        {
            var found = actual.Elements().Where(child => child.Name.LocalName == group.Key).ToList();
            if (found.Count != group.Count())
            {
                return $"{path} should hold {group.Count()} of {group.Key} and holds {found.Count}";
            }

            if (group.Zip(found).Select((pair, i) => FindDifference(pair.First, pair.Second, $"{path}/{group.Key}[{i}]", matches)).FirstOrDefault(found => found is not null) is { } difference)
            {
                return difference;
            }
        }

        return expected.Elements().Any(child => child.Name.LocalName == AnythingElse)
            ? null
            : actual.Elements().Select(child => child.Name.LocalName).Except(expected.Elements().Select(child => child.Name.LocalName)).FirstOrDefault() is { } more
                ? $"{path} should not hold {more}"
                : null;
    }
}
