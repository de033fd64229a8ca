using BleepStore.Api.Auth;
using BleepStore.Api.Operations;

namespace BleepStore.Tests.Api;

/// <summary>Which operation each permission of an access control list opens, for whom, and that it opens no other.</summary>
public sealed class AccessTableTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string[]> OpenedByBucketGrant = new()
    {
        ["READ"] = ["HeadBucket", "ListObjects", "ListObjectsV2", "ListObjectVersions", "ListMultipartUploads"],
        ["WRITE"] = ["PutObject", "DeleteObject", "DeleteObjects", "CreateMultipartUpload"],
        ["READ_ACP"] = ["GetBucketAcl"],
        ["WRITE_ACP"] = ["PutBucketAcl"],
    };

    private static readonly Dictionary<string, string[]> OpenedByObjectGrant = new()
    {
        ["READ"] = ["GetObject", "HeadObject", "GetObjectAttributes"],
        ["WRITE"] = [],
        ["READ_ACP"] = ["GetObjectAcl"],
        ["WRITE_ACP"] = ["PutObjectAcl"],
    };

    /// <summary>What no single grant opens to others: the owner's own, and what needs rights on two objects or on one's own upload.</summary>
    private static readonly string[] Unopened =
    [
        "CreateBucket", "ListBuckets", "DeleteBucket", "GetBucketLocation", "CopyObject", "GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging", "UploadPart", "UploadPartCopy",
        "GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy", "GetBucketPolicyStatus", "GetPublicAccessBlock", "PutPublicAccessBlock", "DeletePublicAccessBlock",
        "GetBucketOwnershipControls", "PutBucketOwnershipControls", "DeleteBucketOwnershipControls", "CompleteMultipartUpload", "AbortMultipartUpload", "ListParts", "GetObjectLockConfiguration", "PutObjectLockConfiguration", "GetObjectRetention", "PutObjectRetention",
        "GetObjectLegalHold", "PutObjectLegalHold",
    ];

    /// <summary>The configuration of a bucket is its owner's alone until a policy says otherwise.</summary>
    private static readonly string[] BucketConfigurations =
    [
        "GetBucketVersioning", "PutBucketVersioning", "GetBucketTagging", "PutBucketTagging", "DeleteBucketTagging",
        "GetBucketCors", "PutBucketCors", "DeleteBucketCors", "GetBucketEncryption",
        "PutBucketEncryption", "DeleteBucketEncryption", "GetBucketRequestPayment", "PutBucketRequestPayment",
        "GetBucketAccelerateConfiguration", "PutBucketAccelerateConfiguration", "GetBucketNotificationConfiguration", "PutBucketNotificationConfiguration",
        "GetBucketLifecycleConfiguration", "PutBucketLifecycleConfiguration", "DeleteBucketLifecycle", "GetBucketWebsite",
        "PutBucketWebsite", "DeleteBucketWebsite", "GetBucketLogging", "PutBucketLogging", "GetBucketReplication",
        "ListBucketAnalyticsConfigurations", "GetBucketAnalyticsConfiguration", "ListBucketIntelligentTieringConfigurations",
        "GetBucketIntelligentTieringConfiguration", "ListBucketInventoryConfigurations", "GetBucketInventoryConfiguration",
        "ListBucketMetricsConfigurations", "GetBucketMetricsConfiguration",
    ];

    private readonly AttackHost _attack = new();
    private int _buckets;

    public static TheoryData<string, string, string> Grants()
    {
        var rows = new TheoryData<string, string, string>();
        foreach (var permission in (string[])["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"])
        {
            foreach (var on in (string[])["bucket", "object"])
            {
                foreach (var grantee in (string[])["bob", "authenticated users", "all users"])
                {
                    rows.Add(permission, on, grantee);
                }
            }
        }

        return rows;
    }

    public ValueTask InitializeAsync() => _attack.InitializeAsync();

    public ValueTask DisposeAsync() => _attack.DisposeAsync();

    [Fact]
    public void Every_operation_has_its_place_in_the_table()
        => OpenedByBucketGrant.Values.Concat(OpenedByObjectGrant.Values).SelectMany(names => names).Concat(Unopened).Concat(BucketConfigurations).Order(StringComparer.Ordinal)
            .ShouldBe(S3Operations.All.Where(route => !route.Definition.TakesForm).Select(route => route.Definition.Name).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Grants))]
    public async Task A_grant_opens_its_operations_and_no_other(string permission, string on, string grantee)
    {
        var table = on == "bucket" ? OpenedByBucketGrant : OpenedByObjectGrant;
        var opened = permission == "FULL_CONTROL" ? table.Values.SelectMany(names => names).ToArray() : table[permission];
        var samples = await GrantAsync(permission, on, grantee);
        foreach (var definition in S3Operations.All.Select(route => route.Definition).Where(definition => definition.Resource != S3Resource.Service && !definition.TakesForm && definition.Name != "CreateBucket"))
        {
            foreach (var caller in (Credential?[])[S3TestHost.Bob, null, AttackHost.Powerless, S3TestHost.Root])
            {
                var isGranted = grantee switch
                {
                    "bob" => caller == S3TestHost.Bob,
                    "authenticated users" => caller == S3TestHost.Bob || caller == S3TestHost.Root,
                    _ => caller != AttackHost.Powerless,
                };
                var isExpected = isGranted && opened.Contains(definition.Name) && (caller is not null || definition.Name != "CreateMultipartUpload");
                var answer = await _attack.CallAsync(caller, samples.Of(_attack, definition));
                var what = $"{definition.Name} by {caller?.AccountId ?? "nobody"}: {answer.Status} {answer.Text}";

                // Each key of a batch has an answer of its own.
                var status = answer.Text.Contains("<Code>AccessDenied</Code>", StringComparison.Ordinal) ? 403 : answer.Status;
                status.ShouldBe(isExpected ? definition.SuccessStatus : 403, what);
                if (isExpected && definition.Method is "PUT" or "POST" or "DELETE")
                {
                    samples = await GrantAsync(permission, on, grantee);
                }
            }
        }
    }

    [Fact]
    public async Task A_copy_needs_read_on_its_source_and_write_on_its_target()
    {
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/source");
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/source/closed", "content");
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/source/open", "content", ("x-amz-acl", "public-read"));
        await _attack.MustAsync(S3TestHost.Bob, "PUT", "/target");
        var upload = (await _attack.MustAsync(S3TestHost.Bob, "POST", "/target/parts?uploads")).Element("UploadId");
        foreach (var target in (string[])["/target/copy", $"/target/parts?partNumber=1&uploadId={upload}"])
        {
            async Task<string> CopyAsync(Credential? who, string source)
                => (await _attack.CallAsync(who, "PUT", target, "", ("x-amz-copy-source", source))).Outcome;

            (await CopyAsync(S3TestHost.Bob, "/source/closed")).ShouldBe("403 AccessDenied");
            (await CopyAsync(S3TestHost.Bob, "/source/closed?versionId=null")).ShouldBe("403 AccessDenied");
            (await CopyAsync(S3TestHost.Bob, "/source/absent")).ShouldBe("403 AccessDenied");
            (await CopyAsync(S3TestHost.Alice, "/source/closed")).ShouldBe("403 AccessDenied");
            (await CopyAsync(null, "/source/open")).ShouldBe("403 AccessDenied");
            (await CopyAsync(AttackHost.Powerless, "/source/open")).ShouldBe("403 AccessDenied");
            (await CopyAsync(S3TestHost.Bob, "/source/open")).ShouldBe("200");
        }

        // What was copied is the copier's, under a list of its own.
        (await _attack.MustAsync(S3TestHost.Bob, "GET", "/target/copy?acl")).Elements("ID").ShouldBe(["bob", "bob"]);
        (await _attack.CallAsync(null, "GET", "/target/copy")).Outcome.ShouldBe("403 AccessDenied");
    }

    [Fact]
    public async Task Whether_a_key_exists_is_told_only_to_those_who_may_list()
    {
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/hidden");
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/hidden/there", "content");
        foreach (var query in (string[])["", "?acl", "?tagging", "?partNumber=1"])
        {
            foreach (var who in (Credential?[])[S3TestHost.Bob, null])
            {
                (await _attack.CallAsync(who, "GET", "/hidden/there" + query)).Outcome.ShouldBe("403 AccessDenied");
                (await _attack.CallAsync(who, "GET", "/hidden/absent" + query)).Outcome.ShouldBe("403 AccessDenied");
            }

            (await _attack.CallAsync(S3TestHost.Alice, "GET", "/hidden/absent" + query)).Outcome.ShouldBe("404 NoSuchKey");
        }

        (await _attack.CallAsync(S3TestHost.Bob, "HEAD", "/hidden/absent")).Status.ShouldBe(403);
        (await _attack.CallAsync(S3TestHost.Bob, "DELETE", "/hidden/absent")).Outcome.ShouldBe("403 AccessDenied");
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/hidden?acl", "", ("x-amz-acl", "public-read"));
        (await _attack.CallAsync(null, "GET", "/hidden/there")).Outcome.ShouldBe("403 AccessDenied");
        (await _attack.CallAsync(null, "GET", "/hidden/absent")).Outcome.ShouldBe("404 NoSuchKey");
    }

    [Fact]
    public async Task Objects_belong_to_who_wrote_them()
    {
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/shared", "", ("x-amz-acl", "public-read-write"));
        await _attack.MustAsync(S3TestHost.Bob, "PUT", "/shared/bobs", "content");
        await _attack.MustAsync(S3TestHost.Bob, "PUT", "/shared/given", "content", ("x-amz-acl", "bucket-owner-full-control"));
        await _attack.MustAsync(S3TestHost.Bob, "PUT", "/shared/shown", "content", ("x-amz-acl", "bucket-owner-read"));
        await _attack.MustAsync(null, "PUT", "/shared/nobodys", "content");

        foreach (var (target, method, status) in ((string, string, int)[])
            [
                ("/shared/bobs", "GET", 403), ("/shared/bobs?acl", "GET", 403), ("/shared/bobs?acl", "PUT", 403), ("/shared/given", "GET", 200),
                ("/shared/given?acl", "GET", 200), ("/shared/shown", "GET", 200), ("/shared/shown?acl", "GET", 403), ("/shared/nobodys", "GET", 403),
            ])
        {
            var answer = await _attack.CallAsync(S3TestHost.Alice, method, target, "", method == "PUT" ? [("x-amz-acl", "private")] : []);
            answer.Status.ShouldBe(status, $"{method} {target}");
        }

        (await _attack.MustAsync(S3TestHost.Alice, "GET", "/shared")).Elements("ID").ShouldBe(["bob", "bob", "65a011a29cdf8ec533ec3d1ccaae921c", "bob"]);
        (await _attack.CallAsync(null, "GET", "/shared/nobodys")).Outcome.ShouldBe("403 AccessDenied");
        (await _attack.MustAsync(S3TestHost.Bob, "GET", "/shared/bobs")).Text.ShouldBe("content");
        await _attack.MustAsync(S3TestHost.Bob, "PUT", "/shared/bobs?acl", "", ("x-amz-acl", "public-read"));
        (await _attack.MustAsync(null, "GET", "/shared/bobs")).Text.ShouldBe("content");

        // The bucket is Alice's: she can always throw out what is in it, and close it.
        await _attack.MustAsync(S3TestHost.Alice, "DELETE", "/shared/bobs");
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/shared?acl", "", ("x-amz-acl", "private"));
        (await _attack.CallAsync(S3TestHost.Bob, "PUT", "/shared/again", "content")).Outcome.ShouldBe("403 AccessDenied");
        (await _attack.MustAsync(S3TestHost.Bob, "GET", "/shared/given")).Text.ShouldBe("content");
    }

    [Fact]
    public async Task An_upload_is_its_initiators_and_of_one_bucket_and_key()
    {
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/uploads-a", "", ("x-amz-acl", "public-read-write"));
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/uploads-b", "", ("x-amz-acl", "public-read-write"));
        var upload = (await _attack.MustAsync(S3TestHost.Bob, "POST", "/uploads-a/key?uploads")).Element("UploadId");
        var eTag = (await _attack.MustAsync(S3TestHost.Bob, "PUT", $"/uploads-a/key?partNumber=1&uploadId={upload}", "content")).Header("ETag");
        var list = $"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{eTag}</ETag></Part></CompleteMultipartUpload>";
        var before = await _attack.PictureAsync();
        foreach (var (who, path, expected) in ((Credential?, string, string)[])
            [
                (S3TestHost.Root, "/uploads-a/key", "403 AccessDenied"), (null, "/uploads-a/key", "403 AccessDenied"), (AttackHost.Powerless, "/uploads-a/key", "403 AccessDenied"),
                (S3TestHost.Bob, "/uploads-b/key", "404 NoSuchUpload"), (S3TestHost.Bob, "/uploads-a/other", "404 NoSuchUpload"), (S3TestHost.Alice, "/uploads-b/key", "404 NoSuchUpload"),
            ])
        {
            (await _attack.CallAsync(who, "PUT", $"{path}?partNumber=1&uploadId={upload}", "other")).Outcome.ShouldBe(expected);
            (await _attack.CallAsync(who, "GET", $"{path}?uploadId={upload}")).Outcome.ShouldBe(expected);
            (await _attack.CallAsync(who, "POST", $"{path}?uploadId={upload}", list)).Outcome.ShouldBe(expected);
            (await _attack.CallAsync(who, "DELETE", $"{path}?uploadId={upload}")).Outcome.ShouldBe(expected);
        }

        (await _attack.PictureAsync()).ShouldBe(before);

        // The owner of the bucket can see and end what others began in it.
        await _attack.MustAsync(S3TestHost.Alice, "GET", $"/uploads-a/key?uploadId={upload}");
        await _attack.MustAsync(S3TestHost.Bob, "POST", $"/uploads-a/key?uploadId={upload}", list);
        (await _attack.CallAsync(null, "POST", "/uploads-a/key?uploads")).Outcome.ShouldBe("403 AccessDenied");
    }

    [Fact]
    public async Task Everybody_lists_only_the_buckets_of_the_own_account()
    {
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/alice-1", "", ("x-amz-acl", "public-read-write"));
        await _attack.MustAsync(S3TestHost.Bob, "PUT", "/bob-1");
        await _attack.MustAsync(S3TestHost.Root, "PUT", "/root-1");
        (await _attack.MustAsync(S3TestHost.Alice, "GET", "/")).Elements("Name").ShouldBe(["alice-1"]);
        (await _attack.MustAsync(S3TestHost.Bob, "GET", "/")).Elements("Name").ShouldBe(["bob-1"]);
        (await _attack.MustAsync(S3TestHost.Root, "GET", "/")).Elements("Name").ShouldBe(["root-1"]);
        (await _attack.MustAsync(S3TestHost.Bob, "GET", "/?prefix=alice")).Elements("Name").ShouldBeEmpty();
        (await _attack.CallAsync(null, "GET", "/")).Outcome.ShouldBe("403 AccessDenied");
        (await _attack.CallAsync(AttackHost.Powerless, "GET", "/")).Outcome.ShouldBe("403 AccessDenied");
    }

    [Theory]
    [MemberData(nameof(SampleRequests.Names), MemberType = typeof(SampleRequests))]
    public async Task A_bucket_of_another_owner_than_expected_is_refused(string operation)
    {
        var definition = SampleRequests.Definition(operation);
        if (definition.Resource == S3Resource.Service || operation == "CreateBucket")
        {
            return;
        }

        var samples = await SampleRequests.PrepareAsync(_attack, S3TestHost.Alice, "expected");
        var before = await _attack.PictureAsync();
        var outcome = definition.Method == "HEAD" ? "403" : "403 AccessDenied";
        (await _attack.CallAsync(S3TestHost.Alice, samples.Of(_attack, definition).With("x-amz-expected-bucket-owner", "bob"))).Outcome.ShouldBe(outcome);

        // In a presigned URL the header can stand as a parameter, and must not be passed over there.
        var presigned = samples.Of(_attack, definition).WithQuery("x-amz-expected-bucket-owner=bob");
        AttackHost.Signer(S3TestHost.Alice).Presign(
            presigned, AttackHost.Now, alsoSign: [.. presigned.Headers.Select(header => header.Key).Where(name => name.StartsWith("x-amz-", StringComparison.Ordinal))]);
        (await _attack.SendAsync(presigned)).Outcome.ShouldBe(outcome);
        if (definition.Header is not null)
        {
            (await _attack.CallAsync(S3TestHost.Alice, samples.Of(_attack, definition).With("x-amz-source-expected-bucket-owner", "bob"))).Outcome.ShouldBe(outcome);
        }

        (await _attack.PictureAsync()).ShouldBe(before);
        var right = await _attack.CallAsync(S3TestHost.Alice, samples.Of(_attack, definition).With("x-amz-expected-bucket-owner", "alice"));
        right.Status.ShouldNotBe(403, right.Text);
    }

    private async Task<SampleRequests> GrantAsync(string permission, string on, string grantee)
    {
        var samples = await SampleRequests.PrepareAsync(_attack, S3TestHost.Alice, $"table-{_buckets++}");
        var header = "x-amz-grant-" + permission.ToLowerInvariant().Replace('_', '-');
        var value = grantee switch
        {
            "bob" => "id=\"bob\"",
            "authenticated users" => "uri=\"http://acs.amazonaws.com/groups/global/AuthenticatedUsers\"",
            _ => "uri=\"http://acs.amazonaws.com/groups/global/AllUsers\"",
        };
        await _attack.MustAsync(S3TestHost.Alice, "PUT", $"/{samples.Bucket}{(on == "object" ? "/object" : "")}?acl", "", (header, value));
        return samples;
    }
}
