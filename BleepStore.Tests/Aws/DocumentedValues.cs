using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using BleepStore.Api.Checksums;
using BleepStore.Tests.Api;

namespace BleepStore.Tests.Aws;

/// <summary>The placeholders of a case: names made for it, values captured from answers, digests and times.</summary>
internal sealed partial class DocumentedValues
{
    private static int s_count;

    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    public DocumentedValues(string host)
    {
        var number = Interlocked.Increment(ref s_count);
        _known["host"] = host;
        _known["signature-fields"] = """["starts-with", "$x-amz-algorithm", ""], ["starts-with", "$x-amz-credential", ""], ["starts-with", "$x-amz-date", ""]""";
        _known["day"] = _now.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        _known["clock"] = _now.ToString("HHmmss", CultureInfo.InvariantCulture);
        foreach (var name in (string[])["bucket", "other", "third"])
        {
            _known[name] = string.Create(CultureInfo.InvariantCulture, $"aws-{number}-{name}");
        }
    }

    public string this[string name] => _known[name];

    /// <summary>The text with its placeholders filled in.</summary>
    /// <param name="text">Text of the case file.</param>
    /// <param name="body">Body of the request at hand, for digests without an argument.</param>
    public string Expand(string text, byte[] body) => Placeholder().Replace(text, match => Value(match.Groups["name"].Value, match.Groups["argument"], body) ?? match.Value);

    /// <summary>True when the text is what the case expects; captures what it names.</summary>
    public bool Matches(string expected, string actual, byte[] body)
    {
        var pattern = new StringBuilder("^");
        var captures = new List<string>();
        var position = 0;
        var filled = Expand(expected, body);
        foreach (Match match in Placeholder().Matches(filled))
        {
            pattern.Append(Regex.Escape(filled[position..match.Index]));
            position = match.Index + match.Length;
            var name = match.Groups["name"].Value;
            pattern.Append(name switch
            {
                "*" => "(?:.|\n)+?",
                "time" => @"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
                "cli-time" => @"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00",
                "date" => @"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT",
                "hex" => "[0-9a-f]+",
                "base64" => "[A-Za-z0-9+/]+={0,2}",
                ['=', .. var capture] => $"(?<{capture}>(?:.|\n)+?)",
                _ => throw new FormatException($"An unknown placeholder: {match.Value}"),
            });
            if (name[0] == '=')
            {
                captures.Add(name[1..]);
            }
        }

        var found = Regex.Match(actual, pattern.Append(Regex.Escape(filled[position..])).Append('$').ToString(), RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10));
        if (found.Success)
        {
            captures.ForEach(name => _known[name] = found.Groups[name].Value);
        }

        return found.Success;
    }

    private string? Value(string name, Group argument, byte[] body)
    {
        var bytes = argument.Success ? Encoding.UTF8.GetBytes(argument.Value) : body;
        return name switch
        {
            "md5" => Convert.ToHexStringLower(MD5.HashData(bytes)),
            "md5-base64" => Convert.ToBase64String(MD5.HashData(bytes)),
            "sha256-hex" => Convert.ToHexStringLower(SHA256.HashData(bytes)),
            "sha256" => TestBucket.Checksum(ChecksumAlgorithm.Sha256, bytes),
            "sha1" => TestBucket.Checksum(ChecksumAlgorithm.Sha1, bytes),
            "crc32" => TestBucket.Checksum(ChecksumAlgorithm.Crc32, bytes),
            "crc32c" => TestBucket.Checksum(ChecksumAlgorithm.Crc32C, bytes),
            "crc64nvme" => TestBucket.Checksum(ChecksumAlgorithm.Crc64Nvme, bytes),
            "bytes" => Repeat(argument.Value),
            "iso" => At(argument.Value).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            "http" => At(argument.Value).ToString("r", CultureInfo.InvariantCulture),
            _ => _known.GetValueOrDefault(name),
        };
    }

    // Seconds from the case's start, so that one case always means the same moment.
    private DateTimeOffset At(string seconds) => _now.AddSeconds(int.Parse(seconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));

    private static string Repeat(string argument)
    {
        var parts = argument.Split('*');
        return new string(parts[1][0], int.Parse(parts[0], CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"\{(?<name>\*|=?[a-z][a-z0-9-]*)(:(?<argument>[^{}]*))?\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Placeholder();
}
