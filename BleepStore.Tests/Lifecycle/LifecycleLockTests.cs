using System.Security.Cryptography;
using System.Text;
using BleepStore.Api.Lifecycle;
using BleepStore.Tests.Api;
using BleepStore.Tests.Configurations;
using Microsoft.Extensions.DependencyInjection;

namespace BleepStore.Tests.Lifecycle;

/// <summary>Ways to be rid of locked versions that go past their delete requests: rules with tiny days, and whoever owns everything.</summary>
public sealed class LifecycleLockTests : IAsyncLifetime
{
    private const string Mode = "x-amz-object-lock-mode";
    private const string Until = "x-amz-object-lock-retain-until-date";
    private const string Hold = "x-amz-object-lock-legal-hold";
    private const string Far = "2099-01-01T00:00:00Z";
    private const string Rules = "<LifecycleConfiguration><Rule><ID>all</ID><Filter/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration>"
        + "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>";

    private S3TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await S3TestHost.StartAsync(
        TestEngines.Durable, services => services.AddSingleton(new LifecycleSettings(IsEnabled: true, TimeSpan.FromMilliseconds(100))));

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Rules_of_tiny_days_and_the_root_leave_every_locked_version()
    {
        var bucket = TestBucket.Unmade(_host);
        (await bucket.SendAsync("PUT", null, "", null, ("x-amz-bucket-object-lock-enabled", "true"))).Status.ShouldBe(200);
        var locked = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["compliance"] = await PutAsync(bucket, "compliance", (Mode, "COMPLIANCE"), (Until, Far)),
            ["governance"] = await PutAsync(bucket, "governance", (Mode, "GOVERNANCE"), (Until, Far)),
            ["held"] = await PutAsync(bucket, "held", (Hold, "ON")),
        };
        var free = await PutAsync(bucket, "free");
        (await bucket.PutDocumentAsync("lifecycle", Rules)).Status.ShouldBe(200);

        // Once it is gone that is not locked, the rule has passed over all the others, and it passes again.
        await UntilAsync(async () => await StatusAsync(bucket, "free", free) == 404);
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        foreach (var (key, version) in locked)
        {
            var read = await bucket.SendAsync("GET", key, $"versionId={version}", null);
            (read.Status, read.Text).ShouldBe((200, "Hello"), key);
            (await bucket.HeadAsync(key)).Header("x-amz-delete-marker").ShouldBe("true", "the rule hides what it cannot remove");
        }

        (string, string) bypass = ("x-amz-bypass-governance-retention", "true");
        foreach (var key in new[] { "compliance", "held" })
        {
            (await bucket.SendAsync("DELETE", key, $"versionId={locked[key]}", null, bypass)).ErrorCode.ShouldBe("AccessDenied", key);
        }

        (await bucket.SendAsync("DELETE", null, "", null, bypass)).ErrorCode.ShouldBe("BucketNotEmpty");
        (await StatusAsync(bucket, "compliance", locked["compliance"])).ShouldBe(200);
        (await StatusAsync(bucket, "held", locked["held"])).ShouldBe(200);

        // What is let go, the rule takes.
        (await bucket.SendAsync(
            "PUT", "held", $"legal-hold&versionId={locked["held"]}", "<LegalHold><Status>OFF</Status></LegalHold>"u8.ToArray(), Md5("<LegalHold><Status>OFF</Status></LegalHold>")))
            .Status.ShouldBe(200);
        await UntilAsync(async () => await StatusAsync(bucket, "held", locked["held"]) == 404);
    }

    private static async Task<string> PutAsync(TestBucket bucket, string key, params (string Name, string Value)[] headers)
    {
        var put = await bucket.PutAsync(key, "Hello", [Md5("Hello"), .. headers]);
        put.Status.ShouldBe(200, put.Text);
        return put.Header("x-amz-version-id")!;
    }

    private static async Task<int> StatusAsync(TestBucket bucket, string key, string version)
        => (await bucket.SendAsync("HEAD", key, $"versionId={version}", null)).Status;

    private static (string Name, string Value) Md5(string text) => ("Content-MD5", Convert.ToBase64String(MD5.HashData(Encoding.UTF8.GetBytes(text))));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (!await condition())
        {
            limit.IsCancellationRequested.ShouldBeFalse("the rule does nothing");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
