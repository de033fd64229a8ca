namespace BleepStore.Benchmarks.Wire;

/// <summary>A server under load: where it is, and with whose keys its requests are signed. Path style.</summary>
internal sealed record S3Endpoint(Uri Url, string AccessKey, string SecretKey, string Region, string Bucket)
{
    /// <summary>The value of the Host header, which every signature covers.</summary>
    public string Host => Url.Authority;

    /// <summary>The raw path of an object. Keys here are made of characters that are never escaped.</summary>
    public string PathOf(string key) => $"/{Bucket}/{key}";
}
