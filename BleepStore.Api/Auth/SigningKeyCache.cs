using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BleepStore.Api.Auth;

/// <summary>
/// Keeps the derived signing keys, four HMACs each, of the credentials in use. Bounded: two generations of about
/// <paramref name="capacity"/> keys, the older one dropped when the younger is full. A changed secret makes its keys anew.
/// </summary>
internal sealed class SigningKeyCache(int capacity = 4096)
{
    private readonly Lock _turn = new();
    private volatile ConcurrentDictionary<(string AccessKey, int Date), Entry> _young = new();
    private volatile ConcurrentDictionary<(string AccessKey, int Date), Entry> _old = new();

    /// <summary>How many keys are kept.</summary>
    public int Count => _young.Count + _old.Count;

    /// <summary>The signing key (32 bytes) of that credential for one day; <paramref name="date"/> is eight digits.</summary>
    public ReadOnlyMemory<byte> Get(Credential credential, ReadOnlySpan<char> date, string region, string service)
    {
        var id = (credential.AccessKey, int.Parse(date, CultureInfo.InvariantCulture));
        if ((_young.TryGetValue(id, out var entry) || _old.TryGetValue(id, out entry)) && entry.Matches(credential.Secret, region, service))
        {
            return entry.Key;
        }

        entry = new Entry(credential.Secret, region, service, Derive(credential.Secret, date, region, service));
        _young[id] = entry;
        if (_young.Count > capacity)
        {
            Turn();
        }

        return entry.Key;
    }

    /// <summary>The signing key of a secret for one day, region and service, made anew.</summary>
    public static byte[] Derive(string secret, ReadOnlySpan<char> date, ReadOnlySpan<char> region, ReadOnlySpan<char> service)
    {
        Span<byte> key = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Span<byte> day = stackalloc byte[8];
        Encoding.ASCII.GetBytes(date, day);
        HMACSHA256.HashData(Encoding.UTF8.GetBytes("AWS4" + secret), day, key);
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(region.ToArray()), key);
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(service.ToArray()), key);
        return HMACSHA256.HashData(key, "aws4_request"u8);
    }

    private void Turn()
    {
        lock (_turn)
        {
            if (_young.Count > capacity)
            {
                _old = _young;
                _young = new();
            }
        }
    }

    private sealed class Entry(string secret, string region, string service, byte[] key)
    {
        public ReadOnlyMemory<byte> Key => key;

        public bool Matches(string otherSecret, string otherRegion, string otherService)
            => string.Equals(secret, otherSecret, StringComparison.Ordinal)
                && string.Equals(region, otherRegion, StringComparison.Ordinal)
                && string.Equals(service, otherService, StringComparison.Ordinal);
    }
}
