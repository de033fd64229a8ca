using BleepStore.Tests.Api;
using static BleepStore.Tests.Access.PolicyBed;

namespace BleepStore.Tests.Access;

/// <summary>CopyObject of an object with tags: they go along only for who may read them there and set them here.</summary>
public sealed class CopiedTagsTests : IAsyncLifetime
{
    private const string Bob = "{'CanonicalUser':'bob'}";
    private readonly AttackHost _attack = new();

    public ValueTask InitializeAsync() => _attack.InitializeAsync();

    public ValueTask DisposeAsync() => _attack.DisposeAsync();

    [Fact]
    public async Task To_copy_tags_takes_the_right_to_read_them_and_the_right_to_set_them()
    {
        var bed = await CreateAsync(_attack);
        await bed.CallAsync(S3TestHost.Alice, "PUT", "/tagged", "content", ("x-amz-tagging", "secret=yes"));
        Task<string> CopyAsync(string key, params (string Name, string Value)[] headers)
            => bed.OutcomeAsync(S3TestHost.Bob, "PUT", "/copy", "", [("x-amz-copy-source", $"{bed.Bucket}/{key}"), .. headers]);

        await bed.MustPutPolicyAsync(Allow(Bob, "s3:GetObject s3:PutObject", "BUCKET/*"));
        (await CopyAsync("key")).ShouldBe("200");
        (await CopyAsync("tagged")).ShouldBe("403 AccessDenied");
        (await CopyAsync("tagged", ("x-amz-tagging-directive", "REPLACE"))).ShouldBe("200");

        await bed.MustPutPolicyAsync(Allow(Bob, "s3:GetObject s3:PutObject s3:GetObjectTagging", "BUCKET/*"));
        (await CopyAsync("tagged")).ShouldBe("200");
        (await bed.CallAsync(S3TestHost.Bob, "GET", "/copy?tagging")).Element("Key").ShouldBe("secret");

        await bed.MustPutPolicyAsync(
            Allow(Bob, "s3:GetObject s3:PutObject s3:GetObjectTagging", "BUCKET/*"), Deny(Bob, "s3:PutObjectTagging", "BUCKET/copy"));
        (await CopyAsync("tagged")).ShouldBe("403 AccessDenied");
        (await CopyAsync("key")).ShouldBe("200");
        (await bed.OutcomeAsync(S3TestHost.Alice, "PUT", "/own", "", ("x-amz-copy-source", $"{bed.Bucket}/tagged"))).ShouldBe("200");
    }
}
