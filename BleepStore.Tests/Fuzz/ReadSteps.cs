using System.Globalization;
using BleepStore.Api.Auth;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Fuzz;

/// <summary>Steps that read objects, their tags and lists, and that set those.</summary>
internal sealed class ReadSteps(FuzzWorld world)
{
    public FuzzStep GetObject() => Read("GetObject", "GET");

    public FuzzStep HeadObject() => Read("HeadObject", "HEAD");

    public FuzzStep GetObjectTagging() => OnCurrent("GetObjectTagging", "GET", "tagging", 200, (version, response) => FuzzWorld.Compare(
        "tags",
        FuzzWorld.Text(version.Tags.SelectMany(tag => (string[])[tag.Key, tag.Value])),
        FuzzWorld.Text(response.Xml.Descendants().Where(element => element.Name.LocalName == "Tag").SelectMany(tag => tag.Elements().Select(element => element.Value)))));

    public FuzzStep PutObjectTagging()
    {
        var value = string.Create(CultureInfo.InvariantCulture, $"{world.Random.Next(1000)}");
        return OnCurrent(
            "PutObjectTagging", "PUT", "tagging", 200,
            (version, _) =>
            {
                version.Tags.Clear();
                version.Tags["set"] = value;
                return null;
            },
            $"<Tagging><TagSet><Tag><Key>set</Key><Value>{value}</Value></Tag></TagSet></Tagging>");
    }

    public FuzzStep DeleteObjectTagging() => OnCurrent("DeleteObjectTagging", "DELETE", "tagging", 204, (version, _) =>
    {
        version.Tags.Clear();
        return null;
    });

    public FuzzStep GetObjectAcl() => OnCurrent("GetObjectAcl", "GET", "acl", 200, (version, response) => FuzzWorld.Compare(
        "grants", version.IsPublic ? "FULL_CONTROL | READ" : "FULL_CONTROL", FuzzWorld.Text(response.Elements("Permission"))));

    public FuzzStep PutObjectAcl()
    {
        var (bucket, key) = PickOwned();
        var isPublic = world.Chance(50);
        var request = world.Request("PUT", bucket, key, "acl").With("x-amz-acl", isPublic ? "public-read" : "private");
        return bucket.Current(key) is not { } version
            ? Missing("PutObjectAcl", request, FuzzWorld.OwnerOf(bucket), bucket, key)
            : new FuzzStep("PutObjectAcl", request, FuzzWorld.OwnerOf(bucket), 200)
            {
                Check = _ =>
                {
                    var versions = bucket.Keys[key];
                    versions[0] = version with { IsPublic = isPublic };
                    return null;
                },
            };
    }

    /// <summary>A key whose newest version, if there is one, is of the bucket's owner.</summary>
    private (ModelBucket Bucket, string Key) PickOwned()
    {
        while (true)
        {
            var (bucket, _) = world.PickBucket();
            var key = world.PickKey(bucket);
            if (bucket.Current(key) is not { } version || version.Owner == bucket.Owner)
            {
                return (bucket, key);
            }
        }
    }

    private FuzzStep OnCurrent(string operation, string method, string query, int status, Func<ModelVersion, RawResponse, string?> check, string body = "")
    {
        var (bucket, key) = PickOwned();
        var caller = world.Chance(10) ? world.PickCaller() : FuzzWorld.OwnerOf(bucket);
        var request = world.Request(method, bucket, key, query).WithBody(body);
        if (body.Length > 0)
        {
            request.With("Content-MD5", Convert.ToBase64String(System.Security.Cryptography.MD5.HashData(request.Body)));
        }

        var version = bucket.Current(key);
        return version is null
            ? FuzzWorld.MayList(caller, bucket) ? Missing(operation, request, caller, bucket, key) : world.Denied(operation, request, caller)
            : !FuzzWorld.IsOwner(caller, bucket) ? world.Denied(operation, request, caller)
            : new FuzzStep(operation, request, caller, status) { Check = response => check(version, response) };
    }

    /// <summary>A key is absent where it has no version; a delete marker has no tags, and no list that could be set.</summary>
    private FuzzStep Missing(string operation, TestRequest request, Credential? caller, ModelBucket bucket, string key)
        => bucket.Keys.ContainsKey(key) && operation != "GetObjectAcl" ? world.Refused(operation, request, caller, 405, "MethodNotAllowed") : world.Refused(operation, request, caller, 404, "NoSuchKey");

    private FuzzStep Read(string operation, string method)
    {
        var (bucket, caller) = world.PickBucket();
        var key = world.PickKey(bucket);
        if (FuzzWorld.IsOwner(caller, bucket) && bucket.Versioning.Length > 0 && bucket.Told(key) is { Count: > 0 } versions && world.Chance(40))
        {
            return ReadVersion(operation, method, bucket, key, world.Pick(versions));
        }

        var request = world.Request(method, bucket, key);
        return bucket.Current(key) is { } current ? ReadContent(operation, request, caller, bucket, current)
            : FuzzWorld.MayList(caller, bucket) ? world.Refused(operation, request, caller, 404, "NoSuchKey")
            : world.Denied(operation, request, caller);
    }

    private FuzzStep ReadVersion(string operation, string method, ModelBucket bucket, string key, ModelVersion version)
    {
        var request = world.Request(method, bucket, key, "versionId=" + Uri.EscapeDataString(version.Id));
        return version.IsMarker
            ? world.Refused(operation, request, FuzzWorld.OwnerOf(bucket), 405, "MethodNotAllowed")
            : ReadContent(operation, request, FuzzWorld.OwnerOf(bucket), bucket, version);
    }

    private FuzzStep ReadContent(string operation, TestRequest request, Credential? caller, ModelBucket bucket, ModelVersion version)
    {
        var mayReadTags = caller?.AccountId == version.Owner || FuzzWorld.IsOwner(caller, bucket);
        if (!FuzzWorld.MayRead(caller, version))
        {
            return world.Denied(operation, request, caller);
        }

        var size = version.Content.Length;
        switch (world.Random.Next(12))
        {
            case 0:
                request.With("If-None-Match", $"\"{version.ETag}\"");
                return new FuzzStep(operation, request, caller, 304);
            case 1:
                request.With("If-Match", "\"another\"");
                return world.Refused(operation, request, caller, 412, "PreconditionFailed");
            case 2:
                request.With("Range", string.Create(CultureInfo.InvariantCulture, $"bytes={size}-"));
                return world.Refused(operation, request, caller, 416, "InvalidRange");
            case 3 or 4 when size > 0:
                var first = world.Random.Next(size);
                var last = world.Random.Next(first, size + 3);
                request.With("Range", string.Create(CultureInfo.InvariantCulture, $"bytes={first}-{last}"));
                return new FuzzStep(operation, request, caller, 206) { Check = response => Compare(version, mayReadTags, response, request, version.Content[first..Math.Min(size, last + 1)]) };
            default:
                return new FuzzStep(operation, request, caller, 200) { Check = response => Compare(version, mayReadTags, response, request, version.Content) };
        }
    }

    private static string? Compare(ModelVersion version, bool mayReadTags, RawResponse response, TestRequest request, byte[] content)
        => FuzzWorld.Compare("ETag", $"\"{version.ETag}\"", response.Header("ETag"))
            ?? FuzzWorld.Compare("Content-Type", version.ContentType, response.Header("Content-Type"))
            ?? FuzzWorld.Compare("x-amz-meta-colour", version.Colour, response.Header("x-amz-meta-colour"))
            ?? FuzzWorld.Compare("Content-Length", content.Length.ToString(CultureInfo.InvariantCulture), response.Header("Content-Length"))
            ?? FuzzWorld.Compare(
                "tags", version.Tags.Count == 0 || !mayReadTags ? null : version.Tags.Count.ToString(CultureInfo.InvariantCulture), response.Header("x-amz-tagging-count"))
            ?? (request.Method == "HEAD" || response.Body.AsSpan().SequenceEqual(content) ? null : "the bytes differ");
}
