using System.Globalization;
using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Tests.Api;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Fuzz;

/// <summary>The model and the dice: what the steps of all kinds choose from.</summary>
internal sealed class FuzzWorld(S3Model model, Random random, string host)
{
    private static readonly string[] s_keys =
        ["a", "a/", "a/b", "a/b/c", "a/b0", "b", "b//c", "ä/ö", "z", "Z", "日本/語", "😀", "\uFFFD", "with space", "plus+percent%", "..", "./dot", "q?&="];

    private int _made;

    public S3Model Model => model;

    public Random Random => random;

    /// <summary>An owner of buckets, or somebody without rights.</summary>
    public Credential? PickCaller() => random.Next(12) switch
    {
        0 => null,
        1 or 2 => S3TestHost.Bob,
        _ => S3TestHost.Alice,
    };

    /// <summary>A bucket that is there, and who asks: mostly its owner.</summary>
    public (ModelBucket Bucket, Credential? Caller) PickBucket()
    {
        var bucket = Pick([.. model.Buckets.Values]);
        return (bucket, random.Next(8) == 0 ? PickCaller() : OwnerOf(bucket));
    }

    public static Credential OwnerOf(ModelBucket bucket) => bucket.Owner == S3TestHost.Alice.AccountId ? S3TestHost.Alice : S3TestHost.Bob;

    public string PickKey() => Pick(s_keys);

    /// <summary>A key of the bucket, mostly one that is there.</summary>
    public string PickKey(ModelBucket bucket) => bucket.Keys.Count > 0 && random.Next(5) != 0 ? Pick([.. bucket.Keys.Keys]) : PickKey();

    public T Pick<T>(IReadOnlyList<T> values) => values[random.Next(values.Count)];

    public bool Chance(int percent) => random.Next(100) < percent;

    public string NewBucketName() => string.Create(CultureInfo.InvariantCulture, $"fuzzed-{_made++}");

    public byte[] NewContent()
    {
        // Around the size to which bodies are kept beside the metadata, and some larger.
        var bytes = new byte[random.Next(8) switch { 0 => 0, 1 => random.Next(4090, 4102), 2 => random.Next(60_000, 140_000), _ => random.Next(1, 300) }];
        random.NextBytes(bytes);
        return bytes;
    }

    public TestRequest Request(string method, ModelBucket? bucket, string? key = null, string query = "")
        => Request(method, bucket?.Name, key, query);

    public TestRequest Request(string method, string? bucket, string? key, string query)
    {
        var path = "/" + bucket + (key is null ? "" : "/" + Escape(key));
        return new TestRequest(method, query.Length == 0 ? path : $"{path}?{query}", host);
    }

    public static string Escape(string key) => string.Join('/', key.Split('/').Select(Uri.EscapeDataString));

    public static bool IsOwner(Credential? caller, ModelBucket bucket) => caller?.AccountId == bucket.Owner;

    public static bool MayList(Credential? caller, ModelBucket bucket)
        => IsOwner(caller, bucket) || bucket.Acl is "public-read" or "public-read-write" || (bucket.Acl == "authenticated-read" && caller is not null);

    public static bool MayWrite(Credential? caller, ModelBucket bucket) => IsOwner(caller, bucket) || bucket.Acl == "public-read-write";

    public static bool MayRead(Credential? caller, ModelVersion version) => caller?.AccountId == version.Owner || version.IsPublic;

    public FuzzStep Refused(string operation, TestRequest request, Credential? caller, int status, string code)
        => new(operation, request, caller, status, code);

    public FuzzStep Denied(string operation, TestRequest request, Credential? caller) => Refused(operation, request, caller, 403, "AccessDenied");

    public static string Md5(byte[] bytes) => TestBucket.Md5(bytes);

    public static string Text(IEnumerable<string> values) => string.Join(" | ", values);

    /// <summary>What differs, in words; null when nothing does.</summary>
    public static string? Compare(string what, string? expected, string? actual) => expected == actual ? null : $"{what}: {expected} was predicted, {actual} came";

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
