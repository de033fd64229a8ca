using System.Globalization;
using System.Security.Cryptography;
using BleepStore.Api.Auth;
using BleepStore.Tests.Api;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Fuzz;

/// <summary>Steps on multipart uploads. Parts are small, so that a list of two is always refused for its first.</summary>
internal sealed class UploadSteps(FuzzWorld world)
{
    public FuzzStep CreateMultipartUpload()
    {
        var (bucket, caller) = world.PickBucket();
        var key = world.PickKey();
        var request = world.Request("POST", bucket, key, "uploads");
        return caller is null || !FuzzWorld.MayWrite(caller, bucket)
            ? world.Denied("CreateMultipartUpload", request, caller)
            : new FuzzStep("CreateMultipartUpload", request, caller, 200)
            {
                Check = response =>
                {
                    var upload = new ModelUpload(response.Element("UploadId")!, key, caller.AccountId);
                    bucket.Uploads[upload.Id] = upload;
                    return FuzzWorld.Compare("key", key, response.Element("Key"));
                },
            };
    }

    public FuzzStep UploadPart()
    {
        var (bucket, upload, caller) = PickUpload();
        var number = world.Random.Next(1, 4);
        var content = world.NewContent();
        var request = world.Request("PUT", bucket, upload.Key, string.Create(CultureInfo.InvariantCulture, $"partNumber={number}&uploadId={upload.Id}"));
        request.Body = content;
        if (!MayUse(caller, bucket, upload))
        {
            return world.Denied("UploadPart", request, caller);
        }

        if (world.Chance(8))
        {
            request.Target = request.Target.Replace($"partNumber={number}", "partNumber=10001", StringComparison.Ordinal);
            return world.Refused("UploadPart", request, caller, 400, "InvalidArgument");
        }

        return IsOpen(bucket, upload)
            ? new FuzzStep("UploadPart", request, caller, 200)
            {
                Check = response =>
                {
                    upload.Parts[number] = content;
                    return FuzzWorld.Compare("ETag", $"\"{FuzzWorld.Md5(content)}\"", response.Header("ETag"));
                },
            }
            : world.Refused("UploadPart", request, caller, 404, "NoSuchUpload");
    }

    public FuzzStep UploadPartCopy()
    {
        var (bucket, upload, _) = PickUpload();
        var caller = FuzzWorld.OwnerOf(bucket);
        var key = world.PickKey(bucket);
        var request = world.Request("PUT", bucket, upload.Key, $"partNumber=1&uploadId={upload.Id}").With("x-amz-copy-source", $"/{bucket.Name}/{Uri.EscapeDataString(key)}");
        return bucket.Current(key) is not { } source ? world.Refused("UploadPartCopy", request, caller, 404, "NoSuchKey")
            : !FuzzWorld.MayRead(caller, source) ? world.Denied("UploadPartCopy", request, caller)
            : !IsOpen(bucket, upload) ? world.Refused("UploadPartCopy", request, caller, 404, "NoSuchUpload")
            : new FuzzStep("UploadPartCopy", request, caller, 200)
            {
                Check = response =>
                {
                    upload.Parts[1] = source.Content;
                    return FuzzWorld.Compare("ETag", $"\"{FuzzWorld.Md5(source.Content)}\"", response.Element("ETag"));
                },
            };
    }

    public FuzzStep ListParts()
    {
        var (bucket, upload, caller) = PickUpload();
        var request = world.Request("GET", bucket, upload.Key, "uploadId=" + upload.Id);
        return !MayUse(caller, bucket, upload) ? world.Denied("ListParts", request, caller)
            : !IsOpen(bucket, upload) ? world.Refused("ListParts", request, caller, 404, "NoSuchUpload")
            : new FuzzStep("ListParts", request, caller, 200)
            {
                Check = response => FuzzWorld.Compare(
                    "parts",
                    FuzzWorld.Text(upload.Parts.Values.Select(part => $"\"{FuzzWorld.Md5(part)}\"")),
                    FuzzWorld.Text(response.Elements("ETag"))),
            };
    }

    public FuzzStep ListMultipartUploads()
    {
        var (bucket, _) = world.PickBucket();
        return new FuzzStep("ListMultipartUploads", world.Request("GET", bucket, key: null, "uploads"), FuzzWorld.OwnerOf(bucket), 200)
        {
            Check = response => FuzzWorld.Compare(
                "uploads",
                FuzzWorld.Text(bucket.Uploads.Values.OrderBy(upload => upload.Key, Utf8Comparer.Instance).ThenBy(upload => upload.Id, StringComparer.Ordinal).Select(upload => upload.Id)),
                FuzzWorld.Text(response.Xml.Elements().Where(element => element.Name.LocalName == "Upload")
                    .Select(element => element.Elements().First(child => child.Name.LocalName == "UploadId").Value))),
        };
    }

    public FuzzStep AbortMultipartUpload()
    {
        var (bucket, upload, caller) = PickUpload();
        var request = world.Request("DELETE", bucket, upload.Key, "uploadId=" + upload.Id);
        return !MayUse(caller, bucket, upload) ? world.Denied("AbortMultipartUpload", request, caller)
            : !IsOpen(bucket, upload) ? world.Refused("AbortMultipartUpload", request, caller, 404, "NoSuchUpload")
            : new FuzzStep("AbortMultipartUpload", request, caller, 204)
            {
                Check = _ =>
                {
                    bucket.Uploads.Remove(upload.Id);
                    return null;
                },
            };
    }

    public FuzzStep CompleteMultipartUpload()
    {
        var (bucket, upload, caller) = PickUpload();
        var parts = upload.Parts.Select(part => (part.Key, FuzzWorld.Md5(part.Value))).ToList();
        if (parts.Count > 1 && world.Chance(70))
        {
            parts = [parts[world.Random.Next(parts.Count)]];
        }

        var (status, code) = Spoil(parts, upload);
        var request = world.Request("POST", bucket, upload.Key, "uploadId=" + upload.Id).WithBody(TestBucket.PartList([.. parts]));
        if (!FuzzWorld.MayWrite(caller, bucket))
        {
            return world.Denied("CompleteMultipartUpload", request, caller);
        }

        if (parts.Count == 0 || code == "InvalidPartOrder")
        {
            return world.Refused("CompleteMultipartUpload", request, caller, 400, code!);
        }

        return !MayUse(caller, bucket, upload) ? world.Denied("CompleteMultipartUpload", request, caller)
            : !IsOpen(bucket, upload) ? world.Refused("CompleteMultipartUpload", request, caller, 404, "NoSuchUpload")
            : status != 200 ? world.Refused("CompleteMultipartUpload", request, caller, status, code!)
            : Complete(bucket, upload, caller, request, upload.Parts[parts[0].Key]);
    }

    private static FuzzStep Complete(ModelBucket bucket, ModelUpload upload, Credential? caller, TestRequest request, byte[] content)
    {
        var eTag = Convert.ToHexStringLower(MD5.HashData(MD5.HashData(content))) + "-1";
        return new FuzzStep("CompleteMultipartUpload", request, caller, 200)
        {
            Check = response =>
            {
                bucket.Uploads.Remove(upload.Id);
                bucket.Add(upload.Key, new ModelVersion(ObjectSteps.NewId(bucket, response), upload.Owner, content, eTag));
                return FuzzWorld.Compare("ETag", $"\"{eTag}\"", response.Element("ETag"));
            },
        };
    }

    private (int Status, string? Code) Spoil(List<(int Number, string ETag)> parts, ModelUpload upload)
    {
        switch (world.Random.Next(8))
        {
            case 0:
                parts.Clear();
                return (400, "MalformedXML");
            case 1 when parts.Count > 1:
                parts.Reverse();
                return (400, "InvalidPartOrder");
            case 2 when parts.Count > 0:
                parts[0] = (parts[0].Number, new string('0', 32));
                return (400, "InvalidPart");
            case 3:
                parts.Clear();
                parts.Add((9999, new string('0', 32)));
                return (400, "InvalidPart");
            default:
                return parts.Count switch
                {
                    0 => (400, "MalformedXML"),
                    1 => (200, null),
                    _ => upload.Parts.Values.SkipLast(1).All(part => part.Length >= 5 << 20) ? (200, null) : (400, "EntityTooSmall"),
                };
        }
    }

    /// <summary>An upload that is open, or in some cases none.</summary>
    private (ModelBucket Bucket, ModelUpload Upload, Credential? Caller) PickUpload()
    {
        var (bucket, caller) = world.PickBucket();
        var upload = bucket.Uploads.Count > 0 && world.Chance(90)
            ? world.Pick([.. bucket.Uploads.Values])
            : new ModelUpload("no-such-upload", world.PickKey(), bucket.Owner);
        return (bucket, upload, caller);
    }

    private static bool IsOpen(ModelBucket bucket, ModelUpload upload) => bucket.Uploads.ContainsKey(upload.Id);

    // Who may write to the bucket may not touch the uploads of others.
    private static bool MayUse(Credential? caller, ModelBucket bucket, ModelUpload upload)
        => FuzzWorld.MayWrite(caller, bucket)
            && (!IsOpen(bucket, upload) || FuzzWorld.IsOwner(caller, bucket) || caller?.AccountId == upload.Owner);
}
