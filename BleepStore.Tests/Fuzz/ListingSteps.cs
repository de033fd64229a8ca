using System.Globalization;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Fuzz;

/// <summary>Steps that list a bucket, with a listing of our own beside the server's.</summary>
internal sealed class ListingSteps(FuzzWorld world)
{
    public FuzzStep ListObjects() => List("ListObjects", "", "marker");

    public FuzzStep ListObjectsV2() => List("ListObjectsV2", "list-type=2&", "start-after");

    /// <summary>All versions in one page; ids that a quiet batch did not tell are learned here.</summary>
    public FuzzStep ListObjectVersions() => ListVersions(world.PickBucket().Bucket);

    /// <summary>All versions of that bucket.</summary>
    public FuzzStep ListVersions(ModelBucket bucket)
        => new("ListObjectVersions", world.Request("GET", bucket, key: null, "versions"), FuzzWorld.OwnerOf(bucket), 200)
        {
            Check = response => CompareVersions(bucket, response),
        };

    /// <summary>All objects of that bucket.</summary>
    public FuzzStep ListAll(ModelBucket bucket)
        => new("ListObjectsV2", world.Request("GET", bucket, key: null, "list-type=2"), FuzzWorld.OwnerOf(bucket), 200)
        {
            Check = response => Compare(Page(bucket, "", "", "", 1000), response),
        };

    private static string? CompareVersions(ModelBucket bucket, RawResponse response)
    {
        var seen = response.Xml.Elements().Where(element => element.Name.LocalName is "Version" or "DeleteMarker")
            .Select(element => element.Elements().ToDictionary(child => child.Name.LocalName, child => child.Value, StringComparer.Ordinal))
            .ToLookup(entry => entry["Key"], entry => entry["VersionId"], StringComparer.Ordinal);
        foreach (var (key, versions) in bucket.Keys)
        {
            var ids = seen[key].ToList();
            for (var i = 0; i < versions.Count && i < ids.Count; i++)
            {
                versions[i] = versions[i].IsUntold ? versions[i] with { Id = ids[i] } : versions[i];
            }
        }

        return FuzzWorld.Compare(
            "versions",
            FuzzWorld.Text(bucket.Keys.SelectMany(pair => pair.Value.Select((version, i) => $"{pair.Key} {version.Id} {(version.IsMarker ? "marker" : version.ETag)} {i == 0}"))),
            FuzzWorld.Text(response.Xml.Elements().Where(element => element.Name.LocalName is "Version" or "DeleteMarker").Select(Describe)));
    }

    private static string Describe(System.Xml.Linq.XElement element)
    {
        var values = element.Elements().ToDictionary(child => child.Name.LocalName, child => child.Value, StringComparer.Ordinal);
        return $"{values["Key"]} {values["VersionId"]} {(element.Name.LocalName == "DeleteMarker" ? "marker" : values["ETag"].Trim('"'))} {values["IsLatest"] == "true"}";
    }

    private FuzzStep List(string operation, string query, string after)
    {
        var (bucket, caller) = world.PickBucket();
        var prefix = world.Pick(["", "", "a", "a/", "b", "ä", "no-such"]);
        var delimiter = world.Pick(["", "", "/", "/", "b"]);
        var start = world.Chance(30) ? world.PickKey() : "";
        var limit = world.Chance(40) ? world.Random.Next(0, 4) : 1000;
        var request = world.Request(
            "GET", bucket, key: null,
            string.Create(CultureInfo.InvariantCulture, $"{query}prefix={Escape(prefix)}&delimiter={Escape(delimiter)}&{after}={Escape(start)}&max-keys={limit}"));
        if (!FuzzWorld.MayList(caller, bucket))
        {
            return world.Denied(operation, request, caller);
        }

        if (world.Chance(8))
        {
            request.Target = request.Target.Replace("max-keys=", "max-keys=-", StringComparison.Ordinal) + "1";
            return world.Refused(operation, request, caller, 400, "InvalidArgument");
        }

        return new FuzzStep(operation, request, caller, 200) { Check = response => Compare(Page(bucket, prefix, delimiter, start, limit), response) };
    }

    private static string? Compare((IReadOnlyList<string> Keys, IReadOnlyList<string> Prefixes, bool IsTruncated) page, RawResponse response)
        => FuzzWorld.Compare("keys", FuzzWorld.Text(page.Keys), FuzzWorld.Text(response.Xml.Elements().Where(element => element.Name.LocalName == "Contents").Select(KeyOf)))
            ?? FuzzWorld.Compare(
                "prefixes",
                FuzzWorld.Text(page.Prefixes),
                FuzzWorld.Text(response.Xml.Elements().Where(element => element.Name.LocalName == "CommonPrefixes").Select(element => element.Value)))
            ?? FuzzWorld.Compare("truncated", page.IsTruncated ? "true" : "false", response.Element("IsTruncated"));

    private static string KeyOf(System.Xml.Linq.XElement contents)
        => contents.Elements().First(child => child.Name.LocalName == "Key").Value + " " + contents.Elements().First(child => child.Name.LocalName == "ETag").Value.Trim('"');

    /// <summary>What a page has to hold, reckoned key after key.</summary>
    private static (IReadOnlyList<string> Keys, IReadOnlyList<string> Prefixes, bool IsTruncated) Page(
        ModelBucket bucket, string prefix, string delimiter, string start, int limit)
    {
        var keys = new List<string>();
        var prefixes = new List<string>();
        foreach (var (key, versions) in bucket.Keys)
        {
            if (versions[0].IsMarker || !key.StartsWith(prefix, StringComparison.Ordinal) || Utf8Comparer.Instance.Compare(key, start) <= 0)
            {
                continue;
            }

            var end = delimiter.Length == 0 ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
            var rolled = end < 0 ? null : key[..(end + delimiter.Length)];

            // A prefix that the page before ended with is not listed again, nor is what it stands for.
            if (rolled is not null && (prefixes.Contains(rolled) || Utf8Comparer.Instance.Compare(rolled, start) <= 0))
            {
                continue;
            }

            if (keys.Count + prefixes.Count == limit)
            {
                return (keys, prefixes, limit > 0);
            }

            if (rolled is null)
            {
                keys.Add($"{key} {versions[0].ETag}");
            }
            else
            {
                prefixes.Add(rolled);
            }
        }

        return (keys, prefixes, false);
    }

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
