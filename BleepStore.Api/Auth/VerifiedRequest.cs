using BleepStore.Api.Forms;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Auth;

/// <summary>
/// A request whose sender is known: the only thing that handlers take. Only its nested <see cref="Verifier"/> can construct one, so no
/// handler can be reached around the signature check.
/// </summary>
internal sealed partial class VerifiedRequest
{
    private VerifiedRequest(IncomingRequest incoming, Caller caller, PayloadMode payload, bool isPresigned)
    {
        Incoming = incoming;
        Caller = caller;
        Payload = payload;
        IsPresigned = isPresigned;
    }

    /// <summary>The request as it was sent.</summary>
    public IncomingRequest Incoming { get; }

    /// <summary>Who sent it.</summary>
    public Caller Caller { get; }

    /// <summary>How its body has to prove itself while it is read.</summary>
    public PayloadMode Payload { get; }

    /// <summary>True when the signature came in the query string.</summary>
    public bool IsPresigned { get; }

    /// <summary>What a form upload may be; null for all other requests.</summary>
    public FormUpload? Upload { get; private init; }

    /// <summary>True when there was a signature at all.</summary>
    public bool IsSigned => Caller is Caller.Account;

    /// <summary>Bucket named by path or host; null for the service itself.</summary>
    public string? Bucket => Incoming.Bucket;

    /// <summary>Object key, decoded once; null for the service or a bucket.</summary>
    public string? Key => Incoming.Key;

    public S3Query Query => Incoming.Query;

    /// <summary>
    /// The header's value, or null when absent. In a presigned URL an <c>x-amz-*</c> query parameter stands for the header of that name, as
    /// clients that presign move headers there; a header that was sent wins, since it had to be signed as well.
    /// </summary>
    public string? Header(string name)
    {
        if (Incoming.Header(name) is { } value)
        {
            return value;
        }

        if (!IsPresigned || !IsAmz(name))
        {
            return null;
        }

        foreach (var parameter in Query.Parameters)
        {
            if (parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return parameter.Value;
            }
        }

        return null;
    }

    /// <summary>
    /// All headers whose name starts with an <c>x-amz-</c> prefix, by lower-case name, under the rule of <see cref="Header"/>: for user
    /// metadata and grants.
    /// </summary>
    public IReadOnlyDictionary<string, string> HeadersStartingWith(string prefix)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var header in Incoming.Headers)
        {
            if (header.Key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                found[header.Key.ToLowerInvariant()] = header.Value.ToString();
            }
        }

        if (IsPresigned && IsAmz(prefix))
        {
            foreach (var parameter in Query.Parameters)
            {
                if (parameter.Name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                {
                    found.TryAdd(parameter.Name.ToLowerInvariant(), parameter.Value);
                }
            }
        }

        return found;
    }

    private static bool IsAmz(string name) => name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase);
}
