using System.Collections.Frozen;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Auth;

/// <summary>The rules for the list of signed headers: well formed, with the host and every <c>x-amz-*</c> header that was sent.</summary>
internal static class SignedHeaderList
{
    // Names that clients sign again and again, so that looking one up allocates nothing.
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> KnownNames = FrozenSet.ToFrozenSet(
    [
        "accept", "accept-encoding", "amz-sdk-invocation-id", "amz-sdk-request", "cache-control", "content-disposition", "content-encoding",
        "content-length", "content-md5", "content-type", "date", "expect", "host", "if-match", "if-modified-since", "if-none-match",
        "if-unmodified-since", "range", "user-agent", "x-amz-acl", "x-amz-checksum-crc32", "x-amz-checksum-crc32c",
        "x-amz-checksum-crc64nvme", "x-amz-checksum-mode", "x-amz-checksum-sha1", "x-amz-checksum-sha256", "x-amz-content-sha256",
        "x-amz-copy-source", "x-amz-date", "x-amz-decoded-content-length", "x-amz-metadata-directive",
        "x-amz-sdk-checksum-algorithm", "x-amz-storage-class", "x-amz-tagging", "x-amz-trailer", "x-amz-user-agent",
    ]).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The header name as a string, without an allocation for the common ones.</summary>
    public static string NameOf(ReadOnlySpan<char> name) => KnownNames.TryGetValue(name, out var known) ? known : name.ToString();

    /// <summary>Refuses a list that breaks a rule.</summary>
    /// <exception cref="S3Exception">
    /// AuthorizationHeaderMalformed or AuthorizationQueryParametersError: not lower case, not sorted, a name twice. AccessDenied: host or a
    /// sent <c>x-amz-*</c> header is not signed.
    /// </exception>
    public static void Check(IncomingRequest request, ReadOnlySpan<char> list, bool isPresigned)
    {
        CheckForm(list, isPresigned);
        if (!Contains(list, "host"))
        {
            throw NotSigned(["host"]);
        }

        List<string>? missing = null;
        foreach (var header in request.Headers)
        {
            if (header.Key.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase)
                && !header.Key.Equals(PayloadDeclaration.HeaderName, StringComparison.OrdinalIgnoreCase)
                && !Contains(list, header.Key))
            {
                (missing ??= []).Add(header.Key.ToLowerInvariant());
            }
        }

        if (missing is not null)
        {
            throw NotSigned(missing);
        }
    }

    private static void CheckForm(ReadOnlySpan<char> list, bool isPresigned)
    {
        var previous = ReadOnlySpan<char>.Empty;
        foreach (var range in list.Split(';'))
        {
            var name = list[range];
            if (name.IsEmpty || name.ContainsAnyInRange('A', 'Z') || name.SequenceCompareTo(previous) <= 0)
            {
                const string rule = "must be a list of header names in lower case, sorted, each once, separated by semicolons";
                throw new S3Exception(isPresigned
                    ? S3Errors.AuthorizationQueryParametersError.Because($"X-Amz-SignedHeaders {rule}")
                    : S3Errors.AuthorizationHeaderMalformed.Because($"The authorization header is malformed; SignedHeaders {rule}"));
            }

            previous = name;
        }
    }

    private static bool Contains(ReadOnlySpan<char> list, ReadOnlySpan<char> name)
    {
        foreach (var range in list.Split(';'))
        {
            if (list[range].Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static S3Exception NotSigned(IEnumerable<string> names) => new(S3Errors.AccessDenied
        .Because("There were headers present in the request which were not signed")
        .With("HeadersNotSigned", string.Join(", ", names)));
}
