using System.Security.Cryptography;
using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Tests.Api;
using BleepStore.Tests.Http;
using static BleepStore.Tests.Access.PolicyBed;

namespace BleepStore.Tests.Access;

/// <summary>Ways around a policy: other actions, other buckets, other keys, other operations that do the same. None may lead anywhere.</summary>
public sealed class PolicyAttackTests : IAsyncLifetime
{
    private const string Bob = "{'AWS':'bob'}";
    private readonly AttackHost _attack = new();

    public ValueTask InitializeAsync() => _attack.InitializeAsync();

    public ValueTask DisposeAsync() => _attack.DisposeAsync();

    [Fact]
    public async Task A_batch_deletes_only_the_keys_that_the_policy_allows()
    {
        var bed = await CreateAsync(_attack);
        await bed.CallAsync(S3TestHost.Alice, "PUT", "/open/a", "content");
        await bed.CallAsync(S3TestHost.Alice, "PUT", "/open/secret", "content");
        await bed.MustPutPolicyAsync(Allow(Bob, "s3:DeleteObject", "BUCKET/open/*"), Deny(Bob, "s3:DeleteObject", "BUCKET/*/secret"));
        var answer = await BatchAsync(bed, S3TestHost.Bob, "open/a", "key", "open/secret", "open/absent", "absent");
        answer.Status.ShouldBe(200);
        answer.Text.ShouldContain("<Deleted><Key>open/a</Key></Deleted>");
        answer.Text.ShouldContain("<Deleted><Key>open/absent</Key></Deleted>");
        foreach (var key in (string[])["key", "open/secret", "absent"])
        {
            answer.Text.ShouldContain($"<Error><Key>{key}</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error>");
        }

        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "/open/a")).ShouldBe("404 NoSuchKey");
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "/open/secret")).ShouldBe("200");
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "/key")).ShouldBe("200");

        // To remove a version for ever is another right.
        (await BatchAsync(bed, S3TestHost.Bob, "open/a version")).Text.ShouldContain("AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Bob, "DELETE", "/open/a?versionId=null")).ShouldBe("403 AccessDenied");
    }

    [Fact]
    public async Task A_copy_reads_only_what_the_policies_of_source_and_target_allow()
    {
        var source = await CreateAsync(_attack);
        await source.CallAsync(S3TestHost.Alice, "PUT", "/public/x", "content", ("x-amz-tagging", "a=b"));
        await source.CallAsync(S3TestHost.Alice, "PUT", "/private/x", "content");
        var target = await CreateAsync(_attack);
        await source.MustPutPolicyAsync(Allow(Bob, "s3:GetObject s3:GetObjectTagging", "BUCKET/public/*"));
        await target.MustPutPolicyAsync(
            Allow(Bob, "s3:PutObject", "BUCKET/*", $"{{'StringLike':{{'s3:x-amz-copy-source':'{source.Bucket}/public/*'}}}}"),
            Deny(Bob, "s3:PutObject", "BUCKET/*", "{'StringEquals':{'s3:x-amz-metadata-directive':'REPLACE'}}"));
        async Task<string> CopyAsync(string from, params (string Name, string Value)[] headers)
            => await target.OutcomeAsync(S3TestHost.Bob, "PUT", "/copy", "", [("x-amz-copy-source", from), .. headers]);

        (await CopyAsync($"{source.Bucket}/public/x")).ShouldBe("200");
        (await CopyAsync($"/{source.Bucket}/public/x", ("x-amz-metadata-directive", "COPY"))).ShouldBe("200");
        (await CopyAsync($"%2F{source.Bucket}%2Fpublic%2Fx")).ShouldBe("200");
        (await CopyAsync($"{source.Bucket}/public/x", ("x-amz-metadata-directive", "REPLACE"))).ShouldBe("403 AccessDenied");
        (await CopyAsync($"{source.Bucket}/private/x")).ShouldBe("403 AccessDenied");
        (await CopyAsync($"{source.Bucket}/public/../private/x")).ShouldBe("403 AccessDenied");
        (await CopyAsync($"{source.Bucket}/public/x?versionId=null")).ShouldBe("403 AccessDenied");
        (await CopyAsync($"{source.Bucket}/public/absent")).ShouldBe("403 AccessDenied");
        (await CopyAsync($"{target.Bucket}/key")).ShouldBe("403 AccessDenied");
        (await target.OutcomeAsync(S3TestHost.Bob, "PUT", "/copy", "content")).ShouldBe("403 AccessDenied");

        // Parts are copies too.
        await target.MustPutPolicyAsync(Allow(Bob, "s3:PutObject", "BUCKET/*"));
        var upload = (await target.CallAsync(S3TestHost.Bob, "POST", "/parts?uploads")).Element("UploadId");
        foreach (var (key, expected) in ((string, string)[])[("public/x", "200"), ("private/x", "403 AccessDenied"), ("absent", "403 AccessDenied")])
        {
            (await target.OutcomeAsync(S3TestHost.Bob, "PUT", $"/parts?partNumber=1&uploadId={upload}", "", ("x-amz-copy-source", $"{source.Bucket}/{key}"))).ShouldBe(expected);
        }
    }

    [Fact]
    public async Task Whether_a_key_exists_is_told_by_a_policy_only_with_the_right_to_list()
    {
        var bed = await CreateAsync(_attack);
        await bed.MustPutPolicyAsync(Allow(Bob, "s3:GetObject s3:GetObjectTagging s3:GetObjectAcl", "BUCKET/*"));
        foreach (var query in (string[])["", "?tagging", "?acl"])
        {
            (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/key" + query)).ShouldBe("200");
            (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/absent" + query)).ShouldBe("403 AccessDenied");
        }

        await bed.MustPutPolicyAsync(Allow(Bob, "s3:GetObject", "BUCKET/*"), Allow(Bob, "s3:ListBucket", "BUCKET"));
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/absent")).ShouldBe("404 NoSuchKey");
        await bed.MustPutPolicyAsync(Allow(Bob, "s3:GetObject", "BUCKET/*"), Allow(Bob, "s3:ListBucket", "BUCKET", "{'StringEquals':{'s3:prefix':'public'}}"));
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/absent")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/absent?prefix=public")).ShouldBe("403 AccessDenied");
        await bed.MustPutPolicyAsync(Allow(Bob, "s3:ListBucket", "BUCKET"), Deny(Bob, "s3:GetObject", "BUCKET/*"));
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/absent")).ShouldBe("403 AccessDenied");
    }

    [Fact]
    public async Task What_headers_ask_for_beside_the_object_can_be_denied()
    {
        var bed = await CreateAsync(_attack);
        await bed.MustPutPolicyAsync(Allow(Bob, "s3:PutObject", "BUCKET/*"), Deny(Bob, "s3:PutObjectTagging s3:PutObjectAcl", "BUCKET/*"));
        foreach (var (name, value) in ((string, string)[])[("x-amz-tagging", "a=b"), ("x-amz-acl", "public-read"), ("x-amz-grant-read", "id=alice")])
        {
            (await bed.OutcomeAsync(S3TestHost.Bob, "PUT", "/new", "content", (name, value))).ShouldBe("403 AccessDenied");
            (await bed.OutcomeAsync(S3TestHost.Bob, "POST", "/new?uploads", "", (name, value))).ShouldBe("403 AccessDenied");

            // In a presigned URL a parameter stands for the header.
            var request = _attack.New("PUT", $"/{bed.Bucket}/new?{name}={Uri.EscapeDataString(value)}").WithBody("content");
            AttackHost.Signer(S3TestHost.Bob).Presign(request, AttackHost.Now);
            (await _attack.SendAsync(request)).Outcome.ShouldBe("403 AccessDenied");
        }

        (await bed.OutcomeAsync(S3TestHost.Bob, "PUT", "/new", "content")).ShouldBe("200");

        // A user of the bucket's own account needs them allowed.
        _attack.Policies.Set(AttackHost.Powerless, ["{'Effect':'Allow','Action':'s3:PutObject','Resource':'*'}"]);
        (await bed.OutcomeAsync(AttackHost.Powerless, "PUT", "/mine", "content")).ShouldBe("200");
        (await bed.OutcomeAsync(AttackHost.Powerless, "PUT", "/mine", "content", ("x-amz-tagging", "a=b"))).ShouldBe("403 AccessDenied");
        _attack.Policies.Set(AttackHost.Powerless, ["{'Effect':'Allow','Action':['s3:PutObject','s3:PutObjectTagging'],'Resource':'*'}"]);
        (await bed.OutcomeAsync(AttackHost.Powerless, "PUT", "/mine", "content", ("x-amz-tagging", "a=b"))).ShouldBe("200");
    }

    [Fact]
    public async Task The_policy_of_a_bucket_cannot_give_away_what_others_own_in_it_but_can_deny_it()
    {
        var bed = await CreateAsync(_attack);
        await bed.MustPutPolicyAsync(Allow("'*'", "s3:PutObject s3:GetObject", "BUCKET/*"));
        (await bed.OutcomeAsync(S3TestHost.Bob, "PUT", "/bobs", "content")).ShouldBe("200");
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "/bobs")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Root, "GET", "/bobs")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(null, "GET", "/bobs")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/bobs")).ShouldBe("200");
        (await bed.OutcomeAsync(null, "GET", "/key")).ShouldBe("200");
        await bed.MustPutPolicyAsync(Deny(Bob, "s3:GetObject", "BUCKET/*"));
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/bobs")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/bobs?acl")).ShouldBe("200");
    }

    [Fact]
    public async Task An_upload_of_another_is_ended_and_looked_at_only_with_the_right_to()
    {
        var bed = await CreateAsync(_attack);
        var upload = (await bed.CallAsync(S3TestHost.Alice, "POST", "/parts?uploads")).Element("UploadId");
        await bed.MustPutPolicyAsync(Allow(Bob, "s3:PutObject", "BUCKET/*"));
        foreach (var (method, query) in ((string, string)[])[("GET", ""), ("DELETE", ""), ("PUT", "&partNumber=1"), ("POST", "")])
        {
            var body = method == "POST" ? "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>" : "";
            (await bed.OutcomeAsync(S3TestHost.Bob, method, $"/parts?uploadId={upload}{query}", body)).ShouldBe("403 AccessDenied");
        }

        await bed.MustPutPolicyAsync(Allow(Bob, "s3:ListMultipartUploadParts s3:AbortMultipartUpload", "BUCKET/*"));
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", $"/parts?uploadId={upload}")).ShouldBe("200");
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", $"/other?uploadId={upload}")).ShouldBe("404 NoSuchUpload");
        (await bed.OutcomeAsync(S3TestHost.Bob, "DELETE", $"/parts?uploadId={upload}")).ShouldBe("204");
    }

    [Fact]
    public async Task Nobody_in_particular_gets_only_what_everybody_was_given()
    {
        var bed = await CreateAsync(_attack);
        await bed.MustPutPolicyAsync(Allow("'*'", "s3:GetObject", "BUCKET/*"), Allow("'*'", "s3:ListBucket", "BUCKET"), Allow("'*'", "s3:PutObject", "BUCKET/drop/*"));
        foreach (var (method, target, expected) in ((string, string, string)[])
            [
                ("GET", "/key", "200"), ("HEAD", "/key", "200"), ("GET", "", "200"), ("GET", "?list-type=2", "200"), ("HEAD", "", "200"), ("GET", "/absent", "404 NoSuchKey"),
                ("PUT", "/drop/new", "200"), ("PUT", "/new", "403 AccessDenied"), ("PUT", "/drop", "403 AccessDenied"), ("DELETE", "/key", "403 AccessDenied"),
                ("GET", "/key?acl", "403 AccessDenied"), ("GET", "/key?tagging", "403 AccessDenied"), ("GET", "/key?versionId=null", "403 AccessDenied"), ("GET", "?acl", "403 AccessDenied"),
                ("GET", "?policy", "403 AccessDenied"), ("GET", "?uploads", "403 AccessDenied"), ("GET", "?versions", "403 AccessDenied"), ("GET", "?location", "403 AccessDenied"),
                ("DELETE", "", "403 AccessDenied"), ("PUT", "?policy", "403 AccessDenied"), ("POST", "/drop/new?uploads", "403 AccessDenied"), ("GET", "?publicAccessBlock", "403 AccessDenied"),
            ])
        {
            (await bed.OutcomeAsync(null, method, target, method == "PUT" ? "content" : "")).ShouldBe(expected, $"{method} {target}");
        }
    }

    [Fact]
    public async Task A_policy_goes_with_its_bucket()
    {
        var bed = await CreateAsync(_attack);
        await bed.MustPutPolicyAsync(Allow("'*'", "s3:*", "BUCKET BUCKET/*"));
        await _attack.MustAsync(S3TestHost.Alice, "DELETE", $"/{bed.Bucket}/key");
        await _attack.MustAsync(S3TestHost.Alice, "DELETE", $"/{bed.Bucket}");
        await _attack.MustAsync(S3TestHost.Bob, "PUT", $"/{bed.Bucket}");
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "?policy")).ShouldBe("404 NoSuchBucketPolicy");
        (await bed.OutcomeAsync(null, "GET", "")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "")).ShouldBe("403 AccessDenied");
    }

    private Task<RawAnswer> BatchAsync(PolicyBed bed, Credential who, params string[] keys)
    {
        var document = $"<Delete>{string.Concat(keys.Select(key => key.EndsWith(" version", StringComparison.Ordinal)
            ? $"<Object><Key>{key[..^8]}</Key><VersionId>null</VersionId></Object>"
            : $"<Object><Key>{key}</Key></Object>"))}</Delete>";
        return bed.CallAsync(who, "POST", "?delete", document, ("Content-MD5", Convert.ToBase64String(MD5.HashData(Encoding.UTF8.GetBytes(document)))));
    }
}
