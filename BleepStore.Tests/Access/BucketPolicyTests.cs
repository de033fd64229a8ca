using BleepStore.Api.Auth;
using BleepStore.Tests.Api;
using static BleepStore.Tests.Access.PolicyBed;

namespace BleepStore.Tests.Access;

/// <summary>PutBucketPolicy, GetBucketPolicy, DeleteBucketPolicy and GetBucketPolicyStatus.</summary>
public sealed class BucketPolicyTests : IAsyncLifetime
{
    private const string Everybody = "'*'";
    private readonly AttackHost _attack = new();

    public ValueTask InitializeAsync() => _attack.InitializeAsync();

    public ValueTask DisposeAsync() => _attack.DisposeAsync();

    [Fact]
    public async Task A_policy_comes_back_byte_for_byte_until_it_is_replaced_or_deleted()
    {
        var bed = await CreateAsync(_attack);
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "?policy")).ShouldBe("404 NoSuchBucketPolicy");
        (await bed.CallAsync(S3TestHost.Alice, "GET", "?policy")).Element("BucketName").ShouldBe(bed.Bucket);

        var text = "{ \"Id\" : \"ü\\u00fc\",\r\n\"Statement\":{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::" + bed.Bucket + "/x\"}  }\n";
        var put = await bed.CallAsync(S3TestHost.Alice, "PUT", "?policy", text);
        put.Status.ShouldBe(204, put.Text);
        put.Text.ShouldBeEmpty();
        var got = await bed.CallAsync(S3TestHost.Alice, "GET", "?policy");
        got.Text.ShouldBe(text);
        got.Header("Content-Type").ShouldBe("application/json");

        await bed.MustPutPolicyAsync(Allow(Everybody, "s3:GetObject", "BUCKET/*"));
        (await bed.CallAsync(S3TestHost.Alice, "GET", "?policy")).Text.ShouldBe(bed.Policy(Allow(Everybody, "s3:GetObject", "BUCKET/*")));
        (await bed.OutcomeAsync(S3TestHost.Alice, "DELETE", "?policy")).ShouldBe("204");
        (await bed.OutcomeAsync(S3TestHost.Alice, "DELETE", "?policy")).ShouldBe("204");
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "?policy")).ShouldBe("404 NoSuchBucketPolicy");
        (await bed.OutcomeAsync(null, "GET", "/key")).ShouldBe("403 AccessDenied");
        (await _attack.CallAsync(S3TestHost.Alice, "GET", "/nowhere-at-all?policy")).Outcome.ShouldBe("404 NoSuchBucket");
    }

    [Fact]
    public async Task Anonymous_callers_who_may_put_objects_may_say_no_more_of_them_than_the_policy_lets_them()
    {
        var bed = await CreateAsync(_attack);
        await bed.MustPutPolicyAsync(Allow(Everybody, "s3:PutObject", "BUCKET/*"));
        (await bed.OutcomeAsync(null, "PUT", "/plain", "x")).ShouldBe("200");
        (await bed.OutcomeAsync(null, "PUT", "/acl", "x", ("x-amz-acl", "public-read"))).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(null, "PUT", "/tag", "x", ("x-amz-tagging", "a=b"))).ShouldBe("403 AccessDenied");
        await bed.MustPutPolicyAsync(Allow(Everybody, "s3:PutObject s3:PutObjectAcl s3:PutObjectTagging", "BUCKET/*"));
        (await bed.OutcomeAsync(null, "PUT", "/acl", "x", ("x-amz-acl", "public-read"))).ShouldBe("200");
        (await bed.OutcomeAsync(null, "PUT", "/tag", "x", ("x-amz-tagging", "a=b"))).ShouldBe("200");

        await bed.CallAsync(S3TestHost.Alice, "PUT", "?acl", "", ("x-amz-acl", "public-read-write"));
        await bed.MustPutPolicyAsync(Deny(Everybody, "s3:DeleteObject", "BUCKET/*"));
        (await bed.OutcomeAsync(null, "PUT", "/tag", "x", ("x-amz-acl", "public-read"))).ShouldBe("200", "a list that lets everybody write does not care");
    }

    [Theory]
    [InlineData("")]
    [InlineData("<policy/>")]
    [InlineData("{}")]
    [InlineData("{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::other/*\"}]}")]
    public async Task What_is_no_policy_of_the_bucket_is_refused_and_changes_nothing(string text)
    {
        var bed = await CreateAsync(_attack);
        await bed.MustPutPolicyAsync(Allow(Everybody, "s3:GetObject", "BUCKET/*"));
        var before = await _attack.PictureAsync();
        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "?policy", text)).ShouldBe("400 MalformedPolicy");
        (await _attack.PictureAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_principal_that_cannot_be_is_shown_in_the_answer()
    {
        var bed = await CreateAsync(_attack);
        foreach (var principal in (string[])["{'AWS':'no-such-account'}", "{'CanonicalUser':'0123456789abcdef'}", "{'AWS':'arn:aws:iam::111122223333:group/g'}"])
        {
            var answer = await bed.PutPolicyAsync(Allow(principal, "s3:GetObject", "BUCKET/*"));
            answer.Outcome.ShouldBe("400 MalformedPolicy");
            answer.Element("Message").ShouldBe("Invalid principal in policy");
            answer.Element("Detail").ShouldNotBeNullOrEmpty();
        }

        foreach (var principal in (string[])["{'AWS':'bob'}", "{'CanonicalUser':'bob'}", "{'AWS':'111122223333'}", "{'AWS':'arn:aws:iam::111122223333:user/ann'}"])
        {
            (await bed.PutPolicyAsync(Allow(principal, "s3:GetObject", "BUCKET/*"))).Status.ShouldBe(204);
        }
    }

    [Fact]
    public async Task A_policy_has_at_most_twenty_kilobytes_without_its_white_space()
    {
        var bed = await CreateAsync(_attack);
        string Sized(int size, string space = "")
        {
            var empty = bed.Policy(Allow(Everybody, "s3:GetObject", "BUCKET/*")).Replace("}]}", "}]" + space + ",\"Id\":\"\"}", StringComparison.Ordinal);
            return empty.Replace("\"Id\":\"\"", $"\"Id\":\"{new string('x', size - empty.Length + space.Length)}\"", StringComparison.Ordinal);
        }

        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "?policy", Sized(20 * 1024))).ShouldBe("204");
        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "?policy", Sized(20 * 1024, new string(' ', 5000)))).ShouldBe("204");
        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "?policy", Sized((20 * 1024) + 1))).ShouldBe("400 MalformedPolicy");
        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "?policy", Sized(70 * 1024))).ShouldBe("400 MaxMessageLengthExceeded");
    }

    [Fact]
    public async Task Only_the_owners_account_touches_the_policy_whatever_it_says()
    {
        var bed = await CreateAsync(_attack);
        var own = Deny(Everybody, "s3:GetBucketPolicy s3:PutBucketPolicy s3:DeleteBucketPolicy s3:ListBucket", "BUCKET");
        await bed.MustPutPolicyAsync(own);
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "?policy")).ShouldBe("200");
        (await bed.PutPolicyAsync(own)).Status.ShouldBe(204);
        (await bed.OutcomeAsync(S3TestHost.Alice, "DELETE", "?policy")).ShouldBe("204");

        await bed.MustPutPolicyAsync(Allow(Everybody, "s3:*", "BUCKET"));
        foreach (var who in (Credential?[])[S3TestHost.Bob, null])
        {
            (await bed.OutcomeAsync(who, "GET", "?policy")).ShouldBe("405 MethodNotAllowed");
            (await bed.OutcomeAsync(who, "PUT", "?policy", bed.Policy(own))).ShouldBe("405 MethodNotAllowed");
            (await bed.OutcomeAsync(who, "DELETE", "?policy")).ShouldBe("405 MethodNotAllowed");
        }

        (await bed.OutcomeAsync(AttackHost.Powerless, "GET", "?policy")).ShouldBe("200");
        await bed.MustPutPolicyAsync(Allow(Everybody, "s3:*", "BUCKET/*"));
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "?policy")).ShouldBe("403 AccessDenied");
    }

    [Fact]
    public async Task A_user_who_shuts_itself_out_has_to_confirm_it()
    {
        var bed = await CreateAsync(_attack);
        var allow = Allow(Everybody, "s3:*", "BUCKET");
        await bed.MustPutPolicyAsync(allow);
        var shut = bed.Policy(allow, Deny(Everybody, "s3:PutBucketPolicy", "BUCKET"));
        (await bed.OutcomeAsync(AttackHost.Powerless, "PUT", "?policy", shut)).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(AttackHost.Powerless, "PUT", "?policy", shut, ("x-amz-confirm-remove-self-bucket-access", "false"))).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(AttackHost.Powerless, "PUT", "?policy", shut, ("x-amz-confirm-remove-self-bucket-access", "true"))).ShouldBe("204");
        (await bed.OutcomeAsync(AttackHost.Powerless, "PUT", "?policy", shut, ("x-amz-confirm-remove-self-bucket-access", "true"))).ShouldBe("403 AccessDenied");

        // The account's root is never shut out.
        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "?policy", shut)).ShouldBe("204");
    }

    [Theory]
    [InlineData(null, null, "false")]
    [InlineData("private", null, "false")]
    [InlineData("public-read", null, "true")]
    [InlineData("public-read-write", null, "true")]
    [InlineData("authenticated-read", null, "true")]
    [InlineData(null, "'Principal':'*'", "true")]
    [InlineData(null, "'Principal':{'AWS':'arn:aws:iam::111122223333:root'}", "false")]
    [InlineData(null, "'Principal':'*','Condition':{'IpAddress':{'aws:SourceIp':'10.0.0.0/32'}}", "false")]
    [InlineData("public-read", "'Principal':{'AWS':'bob'}", "true")]
    public async Task The_status_says_whether_list_or_policy_is_public(string? acl, string? statement, string expected)
    {
        var bed = await CreateAsync(_attack);
        if (acl is not null)
        {
            await bed.CallAsync(S3TestHost.Alice, "PUT", "?acl", "", ("x-amz-acl", acl));
        }

        if (statement is not null)
        {
            await bed.MustPutPolicyAsync($"{{{statement},'Effect':'Allow','Action':'s3:GetObject','Resource':'BUCKET/*'}}");
        }

        (await bed.CallAsync(S3TestHost.Alice, "GET", "?policyStatus")).Element("IsPublic").ShouldBe(expected);
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "?policyStatus")).ShouldBe("403 AccessDenied");
    }
}
