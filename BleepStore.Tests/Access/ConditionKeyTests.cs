using BleepStore.Api.Auth;
using BleepStore.Tests.Api;
using static BleepStore.Tests.Access.PolicyBed;

namespace BleepStore.Tests.Access;

/// <summary>Each condition key with a request that has its value and one that has another, and what a client cannot say of itself.</summary>
public sealed class ConditionKeyTests : IAsyncLifetime
{
    private const string Bob = "{'AWS':'bob'}";
    private readonly AttackHost _attack = new();

    public ValueTask InitializeAsync() => _attack.InitializeAsync();

    public ValueTask DisposeAsync() => _attack.DisposeAsync();

    [Theory]
    [InlineData("'StringEquals':{'s3:prefix':'a/'}", "?prefix=a/", "?prefix=b/")]
    [InlineData("'StringEquals':{'s3:prefix':'a/'}", "?list-type=2&prefix=a%2F", "?list-type=2")]
    [InlineData("'StringEquals':{'s3:prefix':''}", "?prefix=", "?prefix=a")]
    [InlineData("'StringEquals':{'s3:prefix':'a/'}", "?versions&prefix=a/", "?versions")]
    [InlineData("'StringLike':{'s3:delimiter':['/','-']}", "?delimiter=-", "?delimiter=x")]
    [InlineData("'NumericLessThanEquals':{'s3:max-keys':10}", "?max-keys=10", "?max-keys=11")]
    [InlineData("'NumericLessThanEquals':{'s3:max-keys':10}", "?max-keys=1", "")]
    public async Task A_listing_is_allowed_by_what_it_asks_for(string condition, string allowed, string denied)
    {
        var bed = await CreateAsync(_attack);
        await bed.MustPutPolicyAsync(Allow(Bob, "s3:ListBucket s3:ListBucketVersions", "BUCKET", $"{{{condition}}}"));
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", allowed)).ShouldBe("200");
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", denied)).ShouldBe("403 AccessDenied");
    }

    [Theory]
    [InlineData("'StringEquals':{'s3:x-amz-acl':'public-read'}", "x-amz-acl:public-read", "x-amz-acl:private")]
    [InlineData("'StringEquals':{'s3:x-amz-acl':'bucket-owner-full-control'}", "x-amz-acl:bucket-owner-full-control", "")]
    [InlineData("'StringEquals':{'s3:x-amz-grant-full-control':'id=alice'}", "x-amz-grant-full-control:id=alice", "x-amz-grant-full-control:id=bob")]
    [InlineData("'StringEquals':{'s3:x-amz-grant-read':'id=alice'}", "x-amz-grant-read:id=alice", "x-amz-grant-read-acp:id=alice")]
    [InlineData("'StringEquals':{'s3:x-amz-storage-class':'STANDARD_IA'}", "x-amz-storage-class:STANDARD_IA", "x-amz-storage-class:STANDARD")]
    [InlineData("'StringEquals':{'s3:RequestObjectTag/security':'public'}", "x-amz-tagging:security=public", "x-amz-tagging:security=private")]
    [InlineData("'StringEquals':{'s3:RequestObjectTag/security':'public'}", "x-amz-tagging:a=b&security=public", "x-amz-tagging:Security2=public")]
    [InlineData("'ForAllValues:StringEquals':{'s3:RequestObjectTagKeys':['a','b']}", "x-amz-tagging:a=1&b=2", "x-amz-tagging:a=1&c=2")]
    [InlineData("'ForAnyValue:StringEquals':{'s3:RequestObjectTagKeys':['a']}", "x-amz-tagging:a=1&c=2", "x-amz-tagging:c=2")]
    [InlineData("'Null':{'s3:x-amz-acl':true}", "", "x-amz-acl:private")]
    [InlineData("'Null':{'s3:RequestObjectTagKeys':'false'}", "x-amz-tagging:a=1", "")]
    [InlineData("'StringEquals':{'s3:if-none-match':'*'}", "If-None-Match:*", "")]
    public async Task A_write_is_allowed_by_its_headers(string condition, string allowed, string denied)
    {
        var bed = await CreateAsync(_attack);
        await bed.MustPutPolicyAsync(Allow(Bob, "s3:PutObject", "BUCKET/*", $"{{{condition}}}"));
        (await bed.OutcomeAsync(S3TestHost.Bob, "PUT", "/denied", "content", Headers(denied))).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Bob, "PUT", "/allowed", "content", Headers(allowed))).ShouldBe("200");
    }

    [Theory]
    [InlineData("'IpAddress':{'aws:SourceIp':'127.0.0.0/8'}", true)]
    [InlineData("'IpAddress':{'aws:SourceIp':'10.0.0.0/8'}", false)]
    [InlineData("'NotIpAddress':{'aws:SourceIp':'127.0.0.1'}", false)]
    [InlineData("'Bool':{'aws:SecureTransport':'false'}", true)]
    [InlineData("'Bool':{'aws:SecureTransport':'true'}", false)]
    [InlineData("'StringEquals':{'aws:UserAgent':'tester'}", true)]
    [InlineData("'StringLike':{'aws:Referer':'http://example.com/*'}", true)]
    [InlineData("'StringLike':{'aws:Referer':'http://example.org/*'}", false)]
    [InlineData("'DateGreaterThan':{'aws:CurrentTime':'2020-01-01T00:00:00Z'}", true)]
    [InlineData("'DateLessThan':{'aws:CurrentTime':'2020-01-01T00:00:00Z'}", false)]
    [InlineData("'NumericGreaterThan':{'aws:EpochTime':1577836800}", true)]
    [InlineData("'StringEquals':{'aws:PrincipalType':'Account'}", true)]
    [InlineData("'StringEquals':{'aws:PrincipalType':'User'}", false)]
    [InlineData("'ArnLike':{'aws:PrincipalArn':'arn:aws:iam::*:root'}", true)]
    [InlineData("'ArnLike':{'aws:PrincipalArn':'arn:aws:iam::*:user/*'}", false)]
    [InlineData("'Null':{'aws:username':'true'}", true)]
    [InlineData("'StringEquals':{'aws:RequestedRegion':'us-east-1'}", true)]
    [InlineData("'StringEquals':{'s3:authType':'REST-HEADER'}", true)]
    [InlineData("'StringEquals':{'s3:authType':'REST-QUERY-STRING'}", false)]
    [InlineData("'StringEquals':{'s3:signatureversion':'AWS4-HMAC-SHA256'}", true)]
    [InlineData("'StringEquals':{'s3:signatureversion':'AWS'}", false)]
    [InlineData("'NumericLessThan':{'s3:signatureAge':60000}", true)]
    [InlineData("'NumericGreaterThan':{'s3:signatureAge':60000}", false)]
    [InlineData("'StringEquals':{'s3:ExistingObjectTag/security':'public'}", true)]
    [InlineData("'StringEquals':{'S3:existingobjecttag/SECURITY':'public'}", true)]
    [InlineData("'StringEquals':{'s3:ExistingObjectTag/security':'private'}", false)]
    [InlineData("'StringEquals':{'s3:ExistingObjectTag/absent':'public'}", false)]
    [InlineData("'StringEquals':{'s3:BucketTag/team':'red'}", true)]
    [InlineData("'StringEquals':{'s3:BucketTag/team':'blue'}", false)]
    [InlineData("'Null':{'s3:VersionId':'true'}", true)]
    [InlineData("'StringEquals':{'s3:x-amz-content-sha256':'UNSIGNED-PAYLOAD'}", false)]
    [InlineData("'StringNotEquals':{'aws:PrincipalOrgID':'o-1'}", true)]
    [InlineData("'StringEquals':{'aws:PrincipalOrgID':'o-1'}", false)]
    public async Task A_read_is_allowed_by_who_asks_how_and_for_what(string condition, bool isAllowed)
    {
        var bed = await CreateAsync(_attack);
        await bed.CallAsync(S3TestHost.Alice, "PUT", "/key", "content", ("x-amz-tagging", "security=public"));
        const string tags = "<Tagging><TagSet><Tag><Key>team</Key><Value>red</Value></Tag></TagSet></Tagging>";
        var put = _attack.New("PUT", $"/{bed.Bucket}?tagging").WithBody(tags)
            .With("Content-MD5", Convert.ToBase64String(System.Security.Cryptography.MD5.HashData(System.Text.Encoding.UTF8.GetBytes(tags))));
        (await _attack.CallAsync(S3TestHost.Alice, put)).Status.ShouldBe(204);
        await bed.MustPutPolicyAsync(Allow(Bob, "s3:GetObject", "BUCKET/*", $"{{{condition}}}"));
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/key", "", ("User-Agent", "tester"), ("Referer", "http://example.com/page"))).ShouldBe(isAllowed ? "200" : "403 AccessDenied");

        // What denies by the same condition denies the owner too.
        if (!condition.Contains("aws:Principal", StringComparison.Ordinal))
        {
            await bed.MustPutPolicyAsync(Deny("'*'", "s3:GetObject", "BUCKET/*", $"{{{condition}}}"));
            (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "/key", "", ("User-Agent", "tester"), ("Referer", "http://example.com/page"))).ShouldBe(isAllowed ? "403 AccessDenied" : "200");
        }
    }

    [Theory]
    [InlineData("'IpAddress':{'aws:SourceIp':'10.0.0.0/8'}")]
    [InlineData("'StringEquals':{'aws:username':'admin'}")]
    [InlineData("'StringEquals':{'aws:userid':'admin'}")]
    [InlineData("'StringEquals':{'aws:PrincipalArn':'admin'}")]
    [InlineData("'StringEquals':{'aws:PrincipalAccount':'admin'}")]
    [InlineData("'StringEquals':{'aws:PrincipalTag/role':'admin'}")]
    [InlineData("'StringEquals':{'aws:SourceVpc':'admin'}")]
    [InlineData("'StringEquals':{'aws:SourceArn':'admin'}")]
    [InlineData("'StringEquals':{'s3:ExistingObjectTag/role':'admin'}")]
    [InlineData("'StringEquals':{'s3:BucketTag/role':'admin'}")]
    [InlineData("'Bool':{'aws:SecureTransport':'true'}")]
    [InlineData("'Bool':{'aws:MultiFactorAuthPresent':'true'}")]
    [InlineData("'Bool':{'aws:PrincipalIsAWSService':'true'}")]
    [InlineData("'StringEquals':{'s3:DataAccessPointArn':'admin'}")]
    public async Task A_client_cannot_say_of_itself_what_the_server_knows(string condition)
    {
        var bed = await CreateAsync(_attack);
        await bed.MustPutPolicyAsync(Allow("'*'", "s3:GetObject", "BUCKET/*", $"{{{condition}}}"));
        foreach (var who in (Credential?[])[null, S3TestHost.Bob])
        {
            var request = _attack.New("GET", $"/{bed.Bucket}/key?aws:SourceIp=10.0.0.1&aws:username=admin&aws%3ASecureTransport=true&SourceIp=10.0.0.1&username=admin&tagging-x=role=admin");
            foreach (var name in (string[])
                [
                    "SourceIp", "aws-SourceIp", "username", "userid", "PrincipalArn", "PrincipalAccount", "SourceVpc", "SourceArn", "DataAccessPointArn", "x-amz-username",
                    "x-amz-userid", "x-amz-principal-arn", "x-amz-source-vpc", "x-amz-source-arn", "x-amz-principal-tag-role", "x-amz-existing-object-tag-role",
                ])
            {
                request.With(name, "admin");
            }

            request.With("X-Forwarded-For", "10.0.0.1").With("X-Real-IP", "10.0.0.1").With("Forwarded", "for=10.0.0.1;proto=https").With("X-Forwarded-Proto", "https")
                .With("x-amz-tagging", "role=admin").With("x-amz-mfa", "1 2");
            (await _attack.CallAsync(who, request)).Outcome.ShouldBe("403 AccessDenied");
        }
    }

    [Fact]
    public async Task A_presigned_request_is_told_from_one_with_a_header()
    {
        var bed = await CreateAsync(_attack);
        await bed.MustPutPolicyAsync(Deny("'*'", "s3:GetObject", "BUCKET/*", "{'StringNotEquals':{'s3:authType':'REST-QUERY-STRING'}}"),
            Deny("'*'", "s3:GetObject", "BUCKET/*", "{'NumericGreaterThan':{'s3:signatureAge':600000}}"));
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "/key")).ShouldBe("403 AccessDenied");
        foreach (var (minutes, expected) in ((int, string)[])[(1, "200"), (11, "403 AccessDenied")])
        {
            var request = _attack.New("GET", $"/{bed.Bucket}/key");
            AttackHost.Signer(S3TestHost.Alice).Presign(request, AttackHost.Now.AddMinutes(-minutes));
            (await _attack.SendAsync(request)).Outcome.ShouldBe(expected);
        }
    }

    [Fact]
    public async Task Tags_in_a_document_are_held_against_the_policy_before_they_are_set()
    {
        var bed = await CreateAsync(_attack);
        await bed.CallAsync(S3TestHost.Alice, "PUT", "/key", "content", ("x-amz-tagging", "security=public"));
        await bed.MustPutPolicyAsync(
            Allow(Bob, "s3:PutObjectTagging", "BUCKET/*", "{'StringEquals':{'s3:RequestObjectTag/security':'public'},'ForAllValues:StringEquals':{'s3:RequestObjectTagKeys':['security','team']}}"),
            Allow(Bob, "s3:GetObjectTagging s3:GetObjectAcl", "BUCKET/*", "{'StringEquals':{'s3:ExistingObjectTag/security':'public'}}"));
        static string Tags(params string[] tags)
            => $"<Tagging><TagSet>{string.Concat(tags.Select(tag => tag.Split('=')).Select(tag => $"<Tag><Key>{tag[0]}</Key><Value>{tag[1]}</Value></Tag>"))}</TagSet></Tagging>";

        (await bed.OutcomeAsync(S3TestHost.Bob, "PUT", "/key?tagging", Tags("security=private"))).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Bob, "PUT", "/key?tagging", Tags("security=public", "other=1"))).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Bob, "PUT", "/key?tagging", Tags())).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Bob, "PUT", "/key?tagging", "<Tagging")).ShouldBe("403 AccessDenied");

        // A header says nothing where the document is what is stored.
        (await bed.OutcomeAsync(S3TestHost.Bob, "PUT", "/key?tagging", Tags("security=private"), ("x-amz-tagging", "security=public"))).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Bob, "PUT", "/key?tagging", "<Tagging", ("x-amz-tagging", "security=public"))).ShouldNotBe("200");
        (await bed.OutcomeAsync(S3TestHost.Bob, "PUT", "/key?tagging", Tags("security=public", "team=red"))).ShouldBe("200");
        (await bed.CallAsync(S3TestHost.Bob, "GET", "/key?tagging")).Elements("Key").ShouldBe(["security", "team"]);
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/key?acl")).ShouldBe("200");
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/key")).ShouldBe("403 AccessDenied");

        await bed.CallAsync(S3TestHost.Alice, "PUT", "/key?tagging", Tags("security=private"));
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/key?tagging")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/key?acl")).ShouldBe("403 AccessDenied");
    }

    private static (string Name, string Value)[] Headers(string text)
        => text.Length == 0 ? [] : [(text[..text.IndexOf(':', StringComparison.Ordinal)], text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..])];
}
