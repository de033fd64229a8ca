using BleepStore.Tests.Api;

namespace BleepStore.Tests.Fuzz;

/// <summary>Steps on buckets and the service.</summary>
internal sealed class BucketSteps(FuzzWorld world)
{
    private static readonly string[] s_acls = ["private", "public-read", "public-read-write", "authenticated-read"];

    public FuzzStep ListBuckets()
    {
        var caller = world.PickCaller();
        var request = world.Request("GET", (string?)null, key: null, "prefix=fuzzed-");
        return caller is null
            ? world.Denied("ListBuckets", request, caller)
            : new FuzzStep("ListBuckets", request, caller, 200)
            {
                Check = response => FuzzWorld.Compare(
                    "buckets",
                    FuzzWorld.Text(world.Model.Buckets.Values.Where(bucket => bucket.Owner == caller.AccountId).Select(bucket => bucket.Name).Order(StringComparer.Ordinal)),
                    FuzzWorld.Text(response.Elements("Name"))),
            };
    }

    public FuzzStep CreateBucket()
    {
        var caller = world.PickCaller();
        var existing = world.Model.Buckets.Count > 0 && world.Chance(40) ? world.Pick([.. world.Model.Buckets.Values]) : null;
        var name = existing?.Name ?? world.NewBucketName();
        var acl = world.Pick(s_acls);
        if (world.Chance(10))
        {
            var broken = world.Request("PUT", world.Pick(["a", "UPPER", "dot..dot", "under_score", "-dash", "10.0.0.1"]), key: null, "");
            return caller is null ? world.Denied("CreateBucket", broken, caller) : world.Refused("CreateBucket", broken, caller, 400, "InvalidBucketName");
        }

        var request = world.Request("PUT", name, key: null, "").With("x-amz-acl", acl);
        return caller is null ? world.Denied("CreateBucket", request, caller)
            : existing is not null && existing.Owner != caller.AccountId ? world.Refused("CreateBucket", request, caller, 409, "BucketAlreadyExists")
            : new FuzzStep("CreateBucket", request, caller, 200)
            {
                Check = response =>
                {
                    if (existing is null)
                    {
                        world.Model.Buckets[name] = new ModelBucket(name, caller.AccountId);
                    }

                    world.Model.Buckets[name].Acl = acl;
                    return FuzzWorld.Compare("Location", "/" + name, response.Header("Location"));
                },
            };
    }

    public FuzzStep DeleteBucket()
    {
        var (bucket, caller) = world.PickBucket();
        var request = world.Request("DELETE", bucket);
        return !FuzzWorld.IsOwner(caller, bucket) ? world.Denied("DeleteBucket", request, caller)
            : bucket.Keys.Count > 0 ? world.Refused("DeleteBucket", request, caller, 409, "BucketNotEmpty")
            : new FuzzStep("DeleteBucket", request, caller, 204)
            {
                Check = _ =>
                {
                    world.Model.Buckets.Remove(bucket.Name);
                    return null;
                },
            };
    }

    public FuzzStep HeadBucket()
    {
        var (bucket, caller) = world.PickBucket();
        return new FuzzStep("HeadBucket", world.Request("HEAD", bucket), caller, FuzzWorld.MayList(caller, bucket) ? 200 : 403);
    }

    public FuzzStep GetBucketLocation()
    {
        var (bucket, caller) = world.PickBucket();
        var request = world.Request("GET", bucket, key: null, "location");
        return FuzzWorld.IsOwner(caller, bucket)
            ? new FuzzStep("GetBucketLocation", request, caller, 200) { Check = response => FuzzWorld.Compare("location", "", response.Element("LocationConstraint")) }
            : world.Denied("GetBucketLocation", request, caller);
    }

    public FuzzStep PutBucketAcl()
    {
        var (bucket, caller) = world.PickBucket();
        var acl = world.Pick(s_acls);
        var request = world.Request("PUT", bucket, key: null, "acl").With("x-amz-acl", acl);
        if (world.Chance(15))
        {
            request.Set("x-amz-acl", "no-such-list");
            return FuzzWorld.IsOwner(caller, bucket) ? world.Refused("PutBucketAcl", request, caller, 400, "InvalidArgument") : world.Denied("PutBucketAcl", request, caller);
        }

        return !FuzzWorld.IsOwner(caller, bucket) ? world.Denied("PutBucketAcl", request, caller)
            : new FuzzStep("PutBucketAcl", request, caller, 200)
            {
                Check = _ =>
                {
                    bucket.Acl = acl;
                    return null;
                },
            };
    }

    public FuzzStep GetBucketAcl()
    {
        var (bucket, caller) = world.PickBucket();
        var request = world.Request("GET", bucket, key: null, "acl");
        var grants = bucket.Acl switch
        {
            "public-read" or "authenticated-read" => "FULL_CONTROL | READ",
            "public-read-write" => "FULL_CONTROL | READ | WRITE",
            _ => "FULL_CONTROL",
        };
        return FuzzWorld.IsOwner(caller, bucket)
            ? new FuzzStep("GetBucketAcl", request, caller, 200) { Check = response => FuzzWorld.Compare("grants", grants, FuzzWorld.Text(response.Elements("Permission"))) }
            : world.Denied("GetBucketAcl", request, caller);
    }

    public FuzzStep PutBucketVersioning()
    {
        var (bucket, caller) = world.PickBucket();
        var status = world.Pick(["Enabled", "Suspended", "Paused"]);
        var request = world.Request("PUT", bucket, key: null, "versioning").WithBody($"<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>");
        return !FuzzWorld.IsOwner(caller, bucket) ? world.Denied("PutBucketVersioning", request, caller)
            : status == "Paused" ? world.Refused("PutBucketVersioning", request, caller, 400, "MalformedXML")
            : new FuzzStep("PutBucketVersioning", request, caller, 200)
            {
                Check = _ =>
                {
                    bucket.Versioning = status;
                    return null;
                },
            };
    }

    public FuzzStep GetBucketVersioning()
    {
        var (bucket, caller) = world.PickBucket();
        var request = world.Request("GET", bucket, key: null, "versioning");
        return FuzzWorld.IsOwner(caller, bucket)
            ? new FuzzStep("GetBucketVersioning", request, caller, 200) { Check = response => FuzzWorld.Compare("status", bucket.Versioning, response.Element("Status") ?? "") }
            : world.Denied("GetBucketVersioning", request, caller);
    }

    /// <summary>Any operation on a bucket that is not there, whoever asks.</summary>
    public FuzzStep AbsentBucket()
    {
        var method = world.Pick(["GET", "HEAD", "DELETE"]);
        var query = method == "GET" ? world.Pick(["", "acl", "location", "list-type=2", "uploads"]) : "";
        return new FuzzStep("AbsentBucket", world.Request(method, "fuzzed-absent", key: null, query), S3TestHost.Alice, 404, method == "HEAD" ? null : "NoSuchBucket");
    }
}
