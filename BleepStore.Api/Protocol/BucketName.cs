using System.Buffers;
using System.Net;

namespace BleepStore.Api.Protocol;

/// <summary>The rules for bucket names: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html</summary>
internal static class BucketName
{
    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-");
    private static readonly SearchValues<char> OnceAllowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    private static readonly string[] ReservedStarts = ["xn--", "sthree-", "amzn-s3-demo-"];
    private static readonly string[] ReservedEnds = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

    /// <summary>True for a name that a new bucket may have.</summary>
    public static bool IsValid(string name)
        => name.Length is >= 3 and <= 63
            && !name.AsSpan().ContainsAnyExcept(Allowed)
            && char.IsAsciiLetterOrDigit(name[0])
            && char.IsAsciiLetterOrDigit(name[^1])
            && !name.Contains("..", StringComparison.Ordinal)
            && !name.Contains(".-", StringComparison.Ordinal)
            && !name.Contains("-.", StringComparison.Ordinal)
            && !IsAddress(name)
            && !ReservedStarts.Any(start => name.StartsWith(start, StringComparison.Ordinal))
            && !ReservedEnds.Any(end => name.EndsWith(end, StringComparison.Ordinal));

    /// <summary>The bucket's name as policies and answers write it.</summary>
    public static string ToArn(string name) => "arn:aws:s3:::" + name;

    /// <summary>True for a name that some bucket of AWS, old ones included, could have: it is reported as absent, others as invalid.</summary>
    public static bool CouldExist(string name) => name.Length is >= 3 and <= 255 && !name.AsSpan().ContainsAnyExcept(OnceAllowed) && !IsAddress(name);

    private static bool IsAddress(string name) => name.Count(c => c == '.') == 3 && IPAddress.TryParse(name, out _);
}
