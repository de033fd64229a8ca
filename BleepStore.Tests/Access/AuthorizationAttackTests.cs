using System.Security.Cryptography;
using System.Text;
using BleepStore.Tests.Api;
using BleepStore.Tests.Http;
using static BleepStore.Tests.Access.PolicyBed;

namespace BleepStore.Tests.Access;

/// <summary>Ways around the policy of a bucket that somebody will try: other versions, many keys at once, and what a client says about itself.</summary>
public sealed class AuthorizationAttackTests : IAsyncLifetime
{
    private const string Bob = "{'AWS':'bob'}";
    private const string Everybody = "'*'";

    private readonly AttackHost _attack = new();

    public ValueTask InitializeAsync() => _attack.InitializeAsync();

    public ValueTask DisposeAsync() => _attack.DisposeAsync();

    [Fact]
    public async Task A_copy_of_an_older_version_needs_the_right_to_versions()
    {
        var bed = await CreateAsync(_attack);
        await EnableVersionsAsync(bed);
        await _attack.MustAsync(S3TestHost.Alice, "PUT", $"/{bed.Bucket}/key", "newer");
        await _attack.MustAsync(S3TestHost.Bob, "PUT", $"/{bed.Bucket}-bob");
        await bed.MustPutPolicyAsync(Allow(Bob, "s3:GetObject", "BUCKET/*"));
        (await CopyAsync(bed, "key")).ShouldBe("200");
        foreach (var source in (string[])["key?versionId=null", "%6Bey?versionId=null"])
        {
            (await CopyAsync(bed, source)).ShouldBe("403 AccessDenied", source);
        }

        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/key?versionId=null")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Bob, "GET", "/key?attributes&versionId=null", "", ("x-amz-object-attributes", "ETag"))).ShouldBe("403 AccessDenied");
        await bed.MustPutPolicyAsync(Allow(Bob, "s3:GetObject s3:GetObjectVersion", "BUCKET/*"));
        (await CopyAsync(bed, "key?versionId=null")).ShouldBe("200");
    }

    [Fact]
    public async Task A_batch_deletes_the_keys_that_may_be_deleted_and_no_other()
    {
        var bed = await CreateAsync(_attack);
        await _attack.MustAsync(S3TestHost.Alice, "PUT", $"/{bed.Bucket}/open/a", "content");
        await bed.MustPutPolicyAsync(Allow(Bob, "s3:DeleteObject", "BUCKET/open/*"));
        var answer = await DeleteAsync(bed, "<Object><Key>open/a</Key></Object><Object><Key>key</Key></Object><Object><Key>open/../key</Key></Object>");
        answer.Status.ShouldBe(200, answer.Text);
        answer.Elements("Key").ShouldBe(["open/a", "key", "open/../key"], ignoreOrder: true);
        answer.Elements("Code").ShouldBe(["AccessDenied"]);
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "/open/a")).ShouldBe("404 NoSuchKey");
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "/key")).ShouldBe("200");
    }

    [Fact]
    public async Task A_batch_deletes_no_version_with_the_right_to_delete_objects_alone()
    {
        var bed = await CreateAsync(_attack);
        await EnableVersionsAsync(bed);
        await bed.MustPutPolicyAsync(Allow(Bob, "s3:DeleteObject", "BUCKET/*"));
        var answer = await DeleteAsync(bed, "<Object><Key>key</Key><VersionId>null</VersionId></Object>");
        answer.Elements("Code").ShouldBe(["AccessDenied"], answer.Text);
        (await bed.OutcomeAsync(S3TestHost.Bob, "DELETE", "/key?versionId=null")).ShouldBe("403 AccessDenied");
        (await bed.OutcomeAsync(S3TestHost.Alice, "GET", "/key?versionId=null")).ShouldBe("200");
    }

    [Theory]
    [InlineData("{'IpAddress':{'aws:SourceIp':'203.0.113.0/24'}}", "X-Forwarded-For", "203.0.113.7")]
    [InlineData("{'IpAddress':{'aws:SourceIp':'203.0.113.0/24'}}", "X-Real-IP", "203.0.113.7")]
    [InlineData("{'IpAddress':{'aws:SourceIp':'203.0.113.0/24'}}", "Forwarded", "for=203.0.113.7")]
    [InlineData("{'IpAddress':{'aws:SourceIp':'203.0.113.0/24'}}", "aws:SourceIp", "203.0.113.7")]
    [InlineData("{'Bool':{'aws:SecureTransport':'true'}}", "X-Forwarded-Proto", "https")]
    [InlineData("{'Bool':{'aws:SecureTransport':'true'}}", "aws:SecureTransport", "true")]
    [InlineData("{'StringEquals':{'s3:ExistingObjectTag/open':'yes'}}", "x-amz-tagging", "open=yes")]
    [InlineData("{'StringEquals':{'aws:username':'ann'}}", "aws:username", "ann")]
    [InlineData("{'StringEquals':{'aws:PrincipalTag/team':'red'}}", "aws:PrincipalTag/team", "red")]
    public async Task A_client_cannot_set_what_the_server_has_to_know(string condition, string name, string value)
    {
        var bed = await CreateAsync(_attack);
        await bed.MustPutPolicyAsync(Allow(Everybody, "s3:GetObject", "BUCKET/*", condition));
        if (!name.Contains(':', StringComparison.Ordinal))
        {
            (await bed.OutcomeAsync(null, "GET", "/key", "", (name, value))).ShouldBe("403 AccessDenied");
        }

        (await bed.OutcomeAsync(null, "GET", $"/key?{Uri.EscapeDataString(name)}={Uri.EscapeDataString(value)}")).ShouldBe("403 AccessDenied");
    }

    private Task<RawAnswer> DeleteAsync(PolicyBed bed, string objects)
    {
        var body = $"<Delete>{objects}</Delete>";
        return bed.CallAsync(S3TestHost.Bob, "POST", "?delete", body, ("Content-MD5", Convert.ToBase64String(MD5.HashData(Encoding.UTF8.GetBytes(body)))));
    }

    private Task<RawAnswer> EnableVersionsAsync(PolicyBed bed)
        => _attack.MustAsync(S3TestHost.Alice, "PUT", $"/{bed.Bucket}?versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>");

    private async Task<string> CopyAsync(PolicyBed bed, string source)
        => (await _attack.CallAsync(S3TestHost.Bob, "PUT", $"/{bed.Bucket}-bob/copy", "", ("x-amz-copy-source", $"/{bed.Bucket}/{source}"))).Outcome;
}
