using System.Globalization;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Fuzz;

/// <summary>Steps that write, copy and delete objects.</summary>
internal sealed class ObjectSteps(FuzzWorld world)
{
    private int _untold;

    public FuzzStep PutObject()
    {
        var (bucket, caller) = world.PickBucket();
        var key = world.PickKey(bucket);
        var content = world.NewContent();
        var request = world.Request("PUT", bucket, key);
        request.Body = content;
        var version = Describe(request, new ModelVersion(ModelVersion.Null, caller?.AccountId ?? "", content, FuzzWorld.Md5(content)));
        if (!FuzzWorld.MayWrite(caller, bucket))
        {
            return world.Denied("PutObject", request, caller);
        }

        if (Broken(request, bucket, key, isSigned: caller is not null) is var (status, code))
        {
            return world.Refused("PutObject", request, caller, status, code);
        }

        return new FuzzStep("PutObject", request, caller, 200)
        {
            Check = response =>
            {
                bucket.Add(key, version with { Id = NewId(bucket, response) });
                return FuzzWorld.Compare("ETag", $"\"{version.ETag}\"", response.Header("ETag"));
            },
        };
    }

    public FuzzStep CopyObject()
    {
        var (bucket, caller) = world.PickBucket();
        var key = world.PickKey(bucket);
        var (from, _) = world.PickBucket();
        var sourceKey = world.PickKey(from);
        var replaces = world.Chance(40);
        var request = world.Request("PUT", bucket, key).With("x-amz-copy-source", $"/{from.Name}/{Uri.EscapeDataString(sourceKey)}");
        if (replaces)
        {
            request.With("x-amz-metadata-directive", "REPLACE").With("Content-Type", "text/copied").With("x-amz-meta-colour", "copied");
        }

        var source = from.Current(sourceKey);
        // Tags are copied along, and no list gives the right to read them.
        var mayCopy = source is null ? FuzzWorld.MayList(caller, from)
            : FuzzWorld.MayRead(caller, source) && (source.Tags.Count == 0 || FuzzWorld.IsOwner(caller, from) || caller?.AccountId == source.Owner);
        if (!mayCopy)
        {
            return world.Denied("CopyObject", request, caller);
        }

        if (!FuzzWorld.MayWrite(caller, bucket))
        {
            return world.Denied("CopyObject", request, caller);
        }

        if (source is null)
        {
            return world.Refused("CopyObject", request, caller, 404, "NoSuchKey");
        }

        if (world.Chance(10))
        {
            request.With("x-amz-copy-source-if-match", "\"another\"");
            return world.Refused("CopyObject", request, caller, 412, "PreconditionFailed");
        }

        if (from == bucket && sourceKey == key && !replaces)
        {
            return world.Refused("CopyObject", request, caller, 400, "InvalidRequest");
        }

        return new FuzzStep("CopyObject", request, caller, 200)
        {
            Check = response =>
            {
                bucket.Add(key, source with
                {
                    Id = NewId(bucket, response),
                    Owner = caller?.AccountId ?? "",
                    ETag = FuzzWorld.Md5(source.Content),
                    IsPublic = false,
                    Tags = new(source.Tags, StringComparer.Ordinal),
                    ContentType = replaces ? "text/copied" : source.ContentType,
                    Colour = replaces ? "copied" : source.Colour,
                });
                return FuzzWorld.Compare("ETag", $"\"{FuzzWorld.Md5(source.Content)}\"", response.Element("ETag"));
            },
        };
    }

    public FuzzStep DeleteObject()
    {
        var (bucket, caller) = world.PickBucket();
        var key = world.PickKey(bucket);
        if (bucket.Versioning.Length > 0 && bucket.Told(key) is { Count: > 0 } versions && world.Chance(50))
        {
            return DeleteVersion(bucket, key, world.Pick(versions));
        }

        var request = world.Request("DELETE", bucket, key);
        if (!FuzzWorld.MayWrite(caller, bucket))
        {
            return world.Denied("DeleteObject", request, caller);
        }

        if (bucket.Current(key) is not null && world.Chance(10))
        {
            request.With("If-Match", "\"another\"");
            return world.Refused("DeleteObject", request, caller, 412, "PreconditionFailed");
        }

        return new FuzzStep("DeleteObject", request, caller, 204)
        {
            Check = response => Delete(bucket, key, response.Header("x-amz-version-id"), response.Header("x-amz-delete-marker") == "true"),
        };
    }

    public FuzzStep DeleteObjects()
    {
        var (bucket, _) = world.PickBucket();
        var keys = Enumerable.Range(0, world.Random.Next(1, 5)).Select(_ => world.PickKey(bucket)).Distinct(StringComparer.Ordinal).ToList();
        var isQuiet = world.Chance(30);
        var objects = string.Concat(keys.Select(key => $"<Object><Key>{System.Security.SecurityElement.Escape(key)}</Key></Object>"));
        var request = world.Request("POST", bucket, key: null, "delete").WithBody($"<Delete><Quiet>{(isQuiet ? "true" : "false")}</Quiet>{objects}</Delete>");
        if (world.Chance(10))
        {
            return world.Refused("DeleteObjects", request, FuzzWorld.OwnerOf(bucket), 400, "InvalidRequest");
        }

        request.With("Content-MD5", Convert.ToBase64String(System.Security.Cryptography.MD5.HashData(request.Body)));
        return new FuzzStep("DeleteObjects", request, FuzzWorld.OwnerOf(bucket), 200)
        {
            Check = response =>
            {
                // A quiet batch does not tell the ids of its markers: they are looked up when versions are compared.
                var deleted = response.Xml.Elements().Where(element => element.Name.LocalName == "Deleted").ToList();
                foreach (var key in keys)
                {
                    var entry = deleted.Find(element => Child(element, "Key") == key);
                    Delete(bucket, key, entry is null ? string.Create(CultureInfo.InvariantCulture, $"?{_untold++}") : Child(entry, "DeleteMarkerVersionId"), isMarker: null);
                }

                return FuzzWorld.Compare("deleted", isQuiet ? "" : FuzzWorld.Text(keys), FuzzWorld.Text(deleted.Select(element => Child(element, "Key")!)));
            },
        };
    }

    /// <summary>The id that a write got: given by the server where versions are on, else null.</summary>
    public static string NewId(ModelBucket bucket, RawResponse response)
        => bucket.Versioning == "Enabled" ? response.Header("x-amz-version-id") ?? "missing" : ModelVersion.Null;

    private static string? Child(System.Xml.Linq.XElement element, string name) => element.Elements().FirstOrDefault(child => child.Name.LocalName == name)?.Value;

    private static FuzzStep Owned(string operation, TestRequest request, ModelBucket bucket, Func<RawResponse, string?> check)
        => new(operation, request, FuzzWorld.OwnerOf(bucket), 204) { Check = check };

    private FuzzStep DeleteVersion(ModelBucket bucket, string key, ModelVersion version)
        => Owned("DeleteObject", world.Request("DELETE", bucket, key, "versionId=" + Uri.EscapeDataString(version.Id)), bucket, response =>
        {
            bucket.Remove(key, version.Id);
            return FuzzWorld.Compare("x-amz-delete-marker", version.IsMarker ? "true" : null, response.Header("x-amz-delete-marker"))
                ?? FuzzWorld.Compare("x-amz-version-id", version.Id, response.Header("x-amz-version-id"));
        });

    private static string? Delete(ModelBucket bucket, string key, string? markerId, bool? isMarker)
    {
        if (bucket.Versioning.Length == 0)
        {
            bucket.Remove(key, ModelVersion.Null);
            return isMarker == true ? "a marker was left without versions" : null;
        }

        var id = bucket.Versioning == "Enabled" ? markerId ?? "missing" : ModelVersion.Null;
        bucket.Add(key, new ModelVersion(id, bucket.Owner, [], "") { IsMarker = true });
        return isMarker == false ? "no marker was left" : null;
    }

    /// <summary>Gives the object type, metadata, tags and list, and the model the same.</summary>
    private ModelVersion Describe(TestRequest request, ModelVersion version)
    {
        if (world.Chance(50))
        {
            request.With("Content-Type", "text/fuzz");
            version = version with { ContentType = "text/fuzz" };
        }

        if (world.Chance(30))
        {
            var colour = string.Create(CultureInfo.InvariantCulture, $"colour-{world.Random.Next(1000)}");
            request.With("x-amz-meta-colour", colour);
            version = version with { Colour = colour };
        }

        if (world.Chance(30))
        {
            request.With("x-amz-tagging", "one=1&two=a%20b");
            version = version with { Tags = new(StringComparer.Ordinal) { ["one"] = "1", ["two"] = "a b" } };
        }

        if (world.Chance(20))
        {
            request.With("x-amz-acl", "public-read");
            version = version with { IsPublic = true };
        }

        return version;
    }

    /// <summary>Makes some requests ones that have to be refused, without any effect.</summary>
    private (int Status, string Code)? Broken(TestRequest request, ModelBucket bucket, string key, bool isSigned)
    {
        switch (world.Random.Next(30))
        {
            case 0:
                request.With("Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA==");
                return (400, "BadDigest");
            case 1:
                request.With("Content-MD5", "no digest");
                return (400, "InvalidDigest");
            case 2:
                request.With("x-amz-checksum-sha256", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
                return (400, "BadDigest");
            case 3 when isSigned:
                request.With("x-amz-content-sha256", new string('0', 64));
                return (400, "XAmzContentSHA256Mismatch");
            case 4:
                request.Set("x-amz-tagging", "a=1&a=2");
                return (400, "InvalidArgument");
            case 5:
                request.Set("x-amz-meta-large", new string('m', 2100));
                return (400, "MetadataTooLarge");
            case 6:
                request.Set("x-amz-storage-class", "MARBLE");
                return (400, "InvalidStorageClass");
            case 7 when bucket.Current(key) is not null:
                request.With("If-None-Match", "*");
                return (412, "PreconditionFailed");
            case 8 when bucket.Current(key) is not null:
                request.With("If-Match", "\"another\"");
                return (412, "PreconditionFailed");
            case 9 when bucket.Current(key) is null:
                request.With("If-Match", "\"another\"");
                return (404, "NoSuchKey");
            case 10:
                request.Set("x-amz-acl", "no-such-list");
                return (400, "InvalidArgument");
            default:
                return null;
        }
    }
}
