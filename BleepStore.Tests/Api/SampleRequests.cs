using System.Security.Cryptography;
using System.Text;
using BleepStore.Api.Operations;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>One valid request for every operation, made from its definition, so that a new operation is attacked without being asked.</summary>
/// <param name="Bucket">A bucket that exists.</param>
/// <param name="Key">A key that exists in it.</param>
/// <param name="UploadId">An open upload of that key.</param>
/// <param name="PartETag">ETag of its part 1.</param>
/// <param name="OwnerId">Who owns all of them.</param>
internal sealed record SampleRequests(string Bucket, string Key, string UploadId, string PartETag, string OwnerId)
{
    public const string Content = "The content of a sample object.";

    /// <summary>Documents without which the bucket answers 404 to who asks for them.</summary>
    private static readonly string[] AbsentUntilPut =
    [
        "PutBucketTagging", "PutBucketCors", "PutBucketEncryption", "PutBucketLifecycleConfiguration", "PutBucketWebsite",
        "PutBucketPolicy", "PutPublicAccessBlock", "PutBucketOwnershipControls",
    ];

    /// <summary>All operations whose request itself is signed, by name: a form is signed within, and has attacks of its own.</summary>
    public static TheoryData<string> Names => [.. S3Operations.All.Where(route => !route.Definition.TakesForm).Select(route => route.Definition.Name)];

    public static S3OperationDefinition Definition(string name) => S3Operations.All.Single(route => route.Definition.Name == name).Definition;

    /// <summary>Makes the bucket, the object and the upload that the samples speak of.</summary>
    public static async Task<SampleRequests> PrepareAsync(AttackHost attack, BleepStore.Api.Auth.Credential owner, string bucket)
    {
        await attack.MustAsync(owner, "PUT", $"/{bucket}");
        await attack.MustAsync(owner, "PUT", $"/{bucket}/object", Content);
        var upload = await attack.MustAsync(owner, "POST", $"/{bucket}/object?uploads");
        var uploadId = upload.Element("UploadId");
        var part = await attack.MustAsync(owner, "PUT", $"/{bucket}/object?partNumber=1&uploadId={uploadId}", Content);
        var samples = new SampleRequests(bucket, "object", uploadId, part.Header("ETag")!, owner.AccountId);
        await attack.MustAsync(owner, "PUT", $"/{bucket}-locked", "", ("x-amz-bucket-object-lock-enabled", "true"));
        await attack.MustAsync(
            owner,
            "PUT",
            $"/{bucket}-locked/object",
            Content,
            ("x-amz-object-lock-mode", "GOVERNANCE"),
            ("x-amz-object-lock-retain-until-date", "2098-01-01T00:00:00Z"),
            ("x-amz-object-lock-legal-hold", "OFF"),
            ("Content-MD5", Convert.ToBase64String(MD5.HashData(Encoding.UTF8.GetBytes(Content)))));
        foreach (var put in AbsentUntilPut)
        {
            var answer = await attack.CallAsync(owner, samples.Of(attack, Definition(put)));
            answer.Status.ShouldBeInRange(200, 204, answer.Text);
        }

        return samples;
    }

    public TestRequest Of(AttackHost attack, S3OperationDefinition definition)
    {
        var target = definition.PathTemplate
            .Replace("{bucket}", definition.Name == "CreateBucket" ? Bucket + "-new" : IsOfLock(definition) ? Bucket + "-locked" : Bucket, StringComparison.Ordinal)
            .Replace("{key}", Key, StringComparison.Ordinal);
        var query = definition.Query.Select(condition => condition switch
        {
            "uploadId" => $"uploadId={UploadId}",
            "partNumber" => "partNumber=1",
            _ => condition,
        });
        var request = attack.New(definition.Method, definition.Query.IsEmpty ? target : $"{target}?{string.Join('&', query)}");
        if (definition.Header == "x-amz-copy-source")
        {
            request.With("x-amz-copy-source", $"/{Bucket}/{Key}");
            if (definition.Name == "CopyObject")
            {
                request.With("x-amz-metadata-directive", "REPLACE");
            }
        }

        if (definition.Name == "GetObjectAttributes")
        {
            request.With("x-amz-object-attributes", "ETag,Checksum,ObjectParts,StorageClass,ObjectSize");
        }

        request.WithBody(Body(definition));
        if (definition.TakesForm)
        {
            new TestForm().With("key", Key).WithFile(Content).WriteTo(request);
        }

        if (definition.RequestBody.Kind == S3BodyKind.Xml && request.Body.Length > 0)
        {
            request.With("Content-MD5", Convert.ToBase64String(MD5.HashData(request.Body)));
        }

        return request;
    }

    private static bool IsOfLock(S3OperationDefinition definition)
        => definition.Query is ["object-lock"] or ["retention"] or ["legal-hold"];

    private string Body(S3OperationDefinition definition) => definition.RequestBody.Kind switch
    {
        S3BodyKind.None or S3BodyKind.Form => "",
        S3BodyKind.Bytes => Content,
        S3BodyKind.Json => $$"""{"Statement":{"Effect":"Deny","Principal":{"AWS":"999999999999"},"Action":"s3:*","Resource":"arn:aws:s3:::{{Bucket}}/*"} }""",
        _ => definition.RequestBody.Root switch
        {
            "CreateBucketConfiguration" => "",
            "AccessControlPolicy" => $"<AccessControlPolicy><Owner><ID>{OwnerId}</ID></Owner><AccessControlList/></AccessControlPolicy>",
            "ObjectLockConfiguration" => "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>",
            "Retention" => "<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2099-01-01T00:00:00Z</RetainUntilDate></Retention>",
            "LegalHold" => "<LegalHold><Status>OFF</Status></LegalHold>",
            "Delete" => $"<Delete><Object><Key>{Key}</Key></Object></Delete>",
            "OwnershipControls" => "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>",
            "PublicAccessBlockConfiguration" => "<PublicAccessBlockConfiguration><BlockPublicAcls>false</BlockPublicAcls></PublicAccessBlockConfiguration>",
            "Tagging" => "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>",
            "VersioningConfiguration" => "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
            "CORSConfiguration" => "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>",
            "ServerSideEncryptionConfiguration" => "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
                + "</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>",
            "LifecycleConfiguration" => "<LifecycleConfiguration><Rule><ID>a</ID><Prefix>old/</Prefix><Status>Enabled</Status><Expiration><Days>9</Days></Expiration></Rule></LifecycleConfiguration>",
            "WebsiteConfiguration" => "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>",
            "RequestPaymentConfiguration" => "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>",
            "AccelerateConfiguration" => "<AccelerateConfiguration><Status>Suspended</Status></AccelerateConfiguration>",
            "CompleteMultipartUpload"
                => $"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{PartETag}</ETag></Part></CompleteMultipartUpload>",
            var root => new StringBuilder().Append('<').Append(root).Append("/>").ToString(),
        },
    };
}
