using BleepStore.Tests.Api;
using static BleepStore.Tests.Access.PolicyBed;

namespace BleepStore.Tests.Access;

/// <summary>PutPublicAccessBlock, GetPublicAccessBlock, DeletePublicAccessBlock, and what each of the four settings does.</summary>
public sealed class PublicAccessBlockTests : IAsyncLifetime
{
    private const string AllUsers = "uri=\"http://acs.amazonaws.com/groups/global/AllUsers\"";
    private readonly AttackHost _attack = new();

    public ValueTask InitializeAsync() => _attack.InitializeAsync();

    public ValueTask DisposeAsync() => _attack.DisposeAsync();

    [Fact]
    public async Task Settings_are_absent_set_replaced_and_removed()
    {
        var bed = await CreateAsync(_attack);
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "?publicAccessBlock")).ShouldBe("404 NoSuchPublicAccessBlockConfiguration");
        await BlockAsync(bed, "BlockPublicAcls", "RestrictPublicBuckets");
        var got = await bed.CallAsync(S3TestHost.Alice, "GET", "?publicAccessBlock");
        got.Text.ShouldEndWith(
            "<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>false</IgnorePublicAcls><BlockPublicPolicy>false</BlockPublicPolicy>"
            + "<RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>");
        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "?publicAccessBlock", "<PublicAccessBlockConfiguration/>")).ShouldBe("400 InvalidRequest");
        await BlockAsync(bed, "IgnorePublicAcls");
        (await bed.CallAsync(S3TestHost.Alice, "GET", "?publicAccessBlock")).Element("BlockPublicAcls").ShouldBe("false");
        (await bed.OutcomeAsync(S3TestHost.Bob, "DELETE", "?publicAccessBlock")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Alice, "DELETE", "?publicAccessBlock")).ShouldBe("204");
        (await bed.OutcomeAsync(S3TestHost.Alice, "DELETE", "?publicAccessBlock")).ShouldBe("204");
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "?publicAccessBlock")).ShouldBe("404 NoSuchPublicAccessBlockConfiguration");
        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "?publicAccessBlock")).ShouldBe("400 MissingRequestBodyError");
        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "?publicAccessBlock", "<PublicAccessBlockConfiguration><BlockPublicAcls>perhaps</BlockPublicAcls></PublicAccessBlockConfiguration>"))
            .ShouldBe("400 MalformedXML");
    }

    [Fact]
    public async Task BlockPublicAcls_refuses_new_public_lists_alone()
    {
        var bed = await CreateAsync(_attack);
        await bed.CallAsync(S3TestHost.Alice, "PUT", "?acl", "", ("x-amz-acl", "public-read"));
        await BlockAsync(bed, "BlockPublicAcls");
        foreach (var acl in (string[])["public-read", "public-read-write", "authenticated-read"])
        {
            (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "?acl", "", ("x-amz-acl", acl))).ShouldBe("403 AccessDenied");
            (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "/key?acl", "", ("x-amz-acl", acl))).ShouldBe("403 AccessDenied");
            (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "/new", "content", ("x-amz-acl", acl))).ShouldBe("403 AccessDenied");
            (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "/new", "", ("x-amz-copy-source", $"{bed.Bucket}/key"), ("x-amz-acl", acl))).ShouldBe("403 AccessDenied");
            (await bed.OutcomeAsync(S3TestHost.Alice, "POST", "/new?uploads", "", ("x-amz-acl", acl))).ShouldBe("403 AccessDenied");
        }

        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "/new", "content", ("x-amz-grant-read", AllUsers))).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "/new")).ShouldBe("404 NoSuchKey");
        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "/new", "content", ("x-amz-acl", "private"))).ShouldBe("200");
        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "/new?acl", "", ("x-amz-grant-read", "id=bob"))).ShouldBe("200");

        // What was public before stays so.
        (await bed.OutcomeAsync(null, "GET", "")).ShouldBe("200");
    }

    [Fact]
    public async Task IgnorePublicAcls_passes_over_grants_to_everybody()
    {
        var bed = await CreateAsync(_attack);
        await bed.CallAsync(S3TestHost.Alice, "PUT", "?acl", "", ("x-amz-acl", "public-read-write"));
        await bed.CallAsync(S3TestHost.Alice, "PUT", "/key?acl", "", ("x-amz-grant-read", $"{AllUsers}, id=bob"));
        (await bed.OutcomeAsync(null, "GET", "/key")).ShouldBe("200");
        await BlockAsync(bed, "IgnorePublicAcls");
        (await bed.OutcomeAsync(null, "GET", "/key")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(null, "GET", "")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(null, "PUT", "/other", "content")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/key")).ShouldBe("200");
        (await bed.CallAsync(S3TestHost.Alice, "GET", "?policyStatus")).Element("IsPublic").ShouldBe("false");

        // New ones are taken, and mean nothing.
        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "/key?acl", "", ("x-amz-acl", "public-read"))).ShouldBe("200");
        (await bed.OutcomeAsync(null, "GET", "/key")).ShouldBe("403 AccessDenied");
    }

    [Fact]
    public async Task BlockPublicPolicy_refuses_a_public_policy_alone()
    {
        var bed = await CreateAsync(_attack);
        await BlockAsync(bed, "BlockPublicPolicy");
        (await bed.PutPolicyAsync(Allow("'*'", "s3:GetObject", "BUCKET/*"))).Outcome.ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "?policy")).ShouldBe("404 NoSuchBucketPolicy");
        (await bed.PutPolicyAsync(Allow("{'AWS':'bob'}", "s3:GetObject", "BUCKET/*"))).Status.ShouldBe(204);
        (await bed.PutPolicyAsync(Allow("'*'", "s3:GetObject", "BUCKET/*", "{'IpAddress':{'aws:SourceIp':'10.0.0.0/24'}}"))).Status.ShouldBe(204);
        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "?acl", "", ("x-amz-acl", "public-read"))).ShouldBe("200");
    }

    [Fact]
    public async Task RestrictPublicBuckets_keeps_a_public_policy_within_the_owners_account()
    {
        var bed = await CreateAsync(_attack);
        await bed.MustPutPolicyAsync(Allow("'*'", "s3:GetObject", "BUCKET/*"), Allow("{'AWS':'bob'}", "s3:ListBucket", "BUCKET"));
        (await bed.OutcomeAsync(null, "GET", "/key")).ShouldBe("200");
        await BlockAsync(bed, "RestrictPublicBuckets");
        (await bed.OutcomeAsync(null, "GET", "/key")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/key")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "/key")).ShouldBe("200");
        (await bed.OutcomeAsync(AttackHost.Powerless, "GET", "/key")).ShouldBe("200");

        // A policy that is not public is not restricted, and a denial is never lifted.
        await bed.MustPutPolicyAsync(Allow("{'AWS':'bob'}", "s3:GetObject", "BUCKET/*"));
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/key")).ShouldBe("200");
        await bed.CallAsync(S3TestHost.Alice, "PUT", "/key?acl", "", ("x-amz-grant-read", "id=bob"));
        await bed.MustPutPolicyAsync(Allow("'*'", "s3:GetObject", "BUCKET/other"), Deny("{'AWS':'bob'}", "s3:GetObject", "BUCKET/*"));
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/key")).ShouldBe("403 AccessDenied");
    }

    private static async Task BlockAsync(PolicyBed bed, params string[] settings)
    {
        var body = $"<PublicAccessBlockConfiguration>{string.Concat(settings.Select(name => $"<{name}>true</{name}>"))}</PublicAccessBlockConfiguration>";
        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "?publicAccessBlock", body)).ShouldBe("200");
    }
}
