using BleepStore.Tests.Api;
using static BleepStore.Tests.Access.PolicyBed;

namespace BleepStore.Tests.Access;

/// <summary>How many tags an object has is told to those alone who may read them.</summary>
public sealed class TagCountTests : IAsyncLifetime
{
    private const string Bob = "{'AWS':'bob'}";
    private const string Header = "x-amz-tagging-count";
    private readonly AttackHost _attack = new();

    public ValueTask InitializeAsync() => _attack.InitializeAsync();

    public ValueTask DisposeAsync() => _attack.DisposeAsync();

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task Who_may_read_an_object_and_not_its_tags_is_not_told_their_number(string method)
    {
        var bed = await CreateAsync(_attack);
        await bed.CallAsync(S3TestHost.Alice, "PUT", "/tagged", "content", ("x-amz-tagging", "a=1&b=2"), ("x-amz-acl", "public-read"));
        (await bed.CallAsync(S3TestHost.Alice, method, "/tagged")).Header(Header).ShouldBe("2");
        foreach (var reader in new[] { null, S3TestHost.Bob })
        {
            var read = await bed.CallAsync(reader, method, "/tagged");
            (read.Status, read.Header(Header)).ShouldBe((200, null));
        }

        await bed.MustPutPolicyAsync(Allow(Bob, "s3:GetObjectTagging", "BUCKET/*"));
        (await bed.CallAsync(S3TestHost.Bob, method, "/tagged")).Header(Header).ShouldBe("2");
        (await bed.CallAsync(null, method, "/tagged")).Header(Header).ShouldBeNull();
        await bed.MustPutPolicyAsync(Deny("'*'", "s3:GetObjectTagging", "BUCKET/*"));
        (await bed.CallAsync(S3TestHost.Alice, method, "/tagged")).Header(Header).ShouldBeNull();
    }

    [Fact]
    public async Task The_tags_of_a_version_take_the_right_to_those_of_versions()
    {
        var bed = await CreateAsync(_attack);
        await bed.CallAsync(S3TestHost.Alice, "PUT", "/tagged", "content", ("x-amz-tagging", "a=1"));
        await bed.MustPutPolicyAsync(Allow(Bob, "s3:GetObject s3:GetObjectVersion s3:GetObjectTagging", "BUCKET/*"));
        (await bed.CallAsync(S3TestHost.Bob, "GET", "/tagged")).Header(Header).ShouldBe("1");
        var version = await bed.CallAsync(S3TestHost.Bob, "GET", "/tagged?versionId=null");
        (version.Status, version.Header(Header)).ShouldBe((200, null));
        await bed.MustPutPolicyAsync(Allow(Bob, "s3:GetObject s3:GetObjectVersion s3:GetObjectVersionTagging", "BUCKET/*"));
        (await bed.CallAsync(S3TestHost.Bob, "GET", "/tagged?versionId=null")).Header(Header).ShouldBe("1");
    }
}
