using BleepStore.Tests.Api;
using static BleepStore.Tests.Access.PolicyBed;

namespace BleepStore.Tests.Access;

/// <summary>PutBucketOwnershipControls, GetBucketOwnershipControls, DeleteBucketOwnershipControls, and what each ownership does.</summary>
public sealed class OwnershipControlsTests : IAsyncLifetime
{
    private const string FullControl = "bucket-owner-full-control";
    private readonly AttackHost _attack = new();

    public ValueTask InitializeAsync() => _attack.InitializeAsync();

    public ValueTask DisposeAsync() => _attack.DisposeAsync();

    [Theory]
    [InlineData("ObjectWriter")]
    [InlineData("BucketOwnerPreferred")]
    [InlineData("BucketOwnerEnforced")]
    public async Task Controls_are_absent_set_and_removed(string ownership)
    {
        var bed = await CreateAsync(_attack);
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "?ownershipControls")).ShouldBe("404 OwnershipControlsNotFoundError");
        (await SetAsync(bed, ownership)).ShouldBe("200");
        (await bed.CallAsync(S3TestHost.Alice, "GET", "?ownershipControls")).Text.ShouldEndWith($"<Rule><ObjectOwnership>{ownership}</ObjectOwnership></Rule></OwnershipControls>");
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "?ownershipControls")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Alice, "DELETE", "?ownershipControls")).ShouldBe("204");
        (await bed.OutcomeAsync(S3TestHost.Alice, "DELETE", "?ownershipControls")).ShouldBe("204");
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "?ownershipControls")).ShouldBe("404 OwnershipControlsNotFoundError");

        await _attack.MustAsync(S3TestHost.Alice, "PUT", $"/{bed.Bucket}-made", "", ("x-amz-object-ownership", ownership));
        (await _attack.CallAsync(S3TestHost.Alice, "GET", $"/{bed.Bucket}-made?ownershipControls")).Element("ObjectOwnership").ShouldBe(ownership);
    }

    [Theory]
    [InlineData("<OwnershipControls/>")]
    [InlineData("<OwnershipControls><Rule/></OwnershipControls>")]
    [InlineData("<OwnershipControls><Rule><ObjectOwnership>Mine</ObjectOwnership></Rule></OwnershipControls>")]
    [InlineData("<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>")]
    public async Task Controls_have_one_rule_of_one_ownership(string document)
    {
        var bed = await CreateAsync(_attack);
        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "?ownershipControls", document)).ShouldBe("400 MalformedXML");
        (await _attack.CallAsync(S3TestHost.Alice, "PUT", $"/{bed.Bucket}-made", "", ("x-amz-object-ownership", "Mine"))).Outcome.ShouldBe("400 InvalidArgument");
    }

    [Fact]
    public async Task Enforced_ownership_takes_no_lists_and_no_account_of_those_there_are()
    {
        var bed = await CreateAsync(_attack);
        await bed.CallAsync(S3TestHost.Alice, "PUT", "/key?acl", "", ("x-amz-acl", "public-read"));
        await bed.CallAsync(S3TestHost.Alice, "PUT", "?acl", "", ("x-amz-acl", "public-read-write"));
        await bed.CallAsync(S3TestHost.Bob, "PUT", "/bobs", "content");
        (await SetAsync(bed, "BucketOwnerEnforced")).ShouldBe("400 InvalidBucketAclWithObjectOwnership");
        await bed.CallAsync(S3TestHost.Alice, "PUT", "?acl", "", ("x-amz-acl", "private"));
        (await SetAsync(bed, "BucketOwnerEnforced")).ShouldBe("200");

        (await bed.OutcomeAsync(null, "GET", "/key")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/bobs")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "/bobs")).ShouldBe("200");
        var acl = await bed.CallAsync(S3TestHost.Alice, "GET", "/bobs?acl");
        acl.Elements("ID").ShouldBe(["alice", "alice"]);
        acl.Elements("Permission").ShouldBe(["FULL_CONTROL"]);

        foreach (var value in (string[])["private", "public-read", "bucket-owner-read", "authenticated-read"])
        {
            (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "/new", "content", ("x-amz-acl", value))).ShouldBe("400 AccessControlListNotSupported");
            (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "/key?acl", "", ("x-amz-acl", value))).ShouldBe("400 AccessControlListNotSupported");
        }

        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "?acl", "", ("x-amz-acl", "private"))).ShouldBe("400 AccessControlListNotSupported");
        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "/new", "content", ("x-amz-grant-read", "id=bob"))).ShouldBe("400 AccessControlListNotSupported");
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "/new")).ShouldBe("404 NoSuchKey");
        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "/new", "content", ("x-amz-acl", FullControl))).ShouldBe("200");
        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "/new", "content", ("x-amz-grant-full-control", "id=alice"))).ShouldBe("200");
        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "/key?acl", "", ("x-amz-acl", FullControl))).ShouldBe("200");
        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "/plain", "content")).ShouldBe("200");

        // Whoever the policy lets write, the bucket's owner owns it.
        await bed.MustPutPolicyAsync(Allow("{'AWS':'bob'}", "s3:PutObject", "BUCKET/*"));
        (await bed.OutcomeAsync(S3TestHost.Bob, "PUT", "/bobs-again", "content")).ShouldBe("200");
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "/bobs-again")).ShouldBe("200");
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/bobs-again")).ShouldBe("403 AccessDenied");

        // Lists that were there count again afterwards.
        (await bed.OutcomeAsync(S3TestHost.Alice, "DELETE", "?ownershipControls")).ShouldBe("204");
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/bobs")).ShouldBe("200");

        // What was written meanwhile stays the bucket owner's.
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "/bobs-again")).ShouldBe("200");
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/bobs-again")).ShouldBe("403 AccessDenied");
    }

    [Fact]
    public async Task Without_controls_an_object_is_its_writers_whatever_else_is_configured()
    {
        var bed = await CreateAsync(_attack);
        await bed.MustPutPolicyAsync(Allow("{'AWS':'bob'}", "s3:PutObject s3:PutObjectAcl", "BUCKET/*"));
        (await bed.OutcomeAsync(S3TestHost.Bob, "PUT", "/bobs", "content", ("x-amz-acl", FullControl))).ShouldBe("200");
        (await bed.CallAsync(S3TestHost.Alice, "GET", "/bobs?acl")).Elements("ID").ShouldBe(["bob", "bob", "alice"]);
    }

    [Fact]
    public async Task An_enforced_bucket_is_not_made_with_grants_to_others()
    {
        foreach (var (header, value, expected) in ((string, string, string)[])
            [
                ("x-amz-acl", "public-read", "400 InvalidBucketAclWithObjectOwnership"),
                ("x-amz-grant-read", "id=bob", "400 InvalidBucketAclWithObjectOwnership"),
                ("x-amz-acl", "private", "200"),
            ])
        {
            (await _attack.CallAsync(S3TestHost.Alice, "PUT", "/enforced-grants", "", (header, value), ("x-amz-object-ownership", "BucketOwnerEnforced"))).Outcome.ShouldBe(expected);
        }
    }

    [Fact]
    public async Task Preferred_ownership_is_the_bucket_owners_where_the_writer_gives_full_control()
    {
        var bed = await CreateAsync(_attack);
        await bed.CallAsync(S3TestHost.Alice, "PUT", "?acl", "", ("x-amz-acl", "public-read-write"));
        (await SetAsync(bed, "BucketOwnerPreferred")).ShouldBe("200");
        (await bed.OutcomeAsync(S3TestHost.Bob, "PUT", "/kept", "content")).ShouldBe("200");
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "/kept")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Bob, "PUT", "/given", "content", ("x-amz-acl", FullControl))).ShouldBe("200");
        (await bed.CallAsync(S3TestHost.Alice, "GET", "/given?acl")).Elements("ID").ShouldBe(["alice", "alice"]);
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/given")).ShouldBe("403 AccessDenied");

        (await SetAsync(bed, "ObjectWriter")).ShouldBe("200");
        (await bed.OutcomeAsync(S3TestHost.Bob, "PUT", "/shared", "content", ("x-amz-acl", FullControl))).ShouldBe("200");
        (await bed.CallAsync(S3TestHost.Alice, "GET", "/shared?acl")).Elements("ID").ShouldBe(["bob", "bob", "alice"]);
    }

    private static Task<string> SetAsync(PolicyBed bed, string ownership)
        => bed.OutcomeAsync(S3TestHost.Alice, "PUT", "?ownershipControls", $"<OwnershipControls><Rule><ObjectOwnership>{ownership}</ObjectOwnership></Rule></OwnershipControls>");
}
