using System.Globalization;
using BleepStore.Api.Lifecycle;
using BleepStore.Tests.Api;
using BleepStore.Tests.Configurations;
using Microsoft.Extensions.DependencyInjection;

namespace BleepStore.Tests.Lifecycle;

/// <summary>Lifecycle rules as clients see them: the headers that announce them, and objects that are gone when their short days are over.</summary>
public sealed class LifecycleServerTests(MemoryApiHost fixture) : IClassFixture<MemoryApiHost>
{
    private const string Rules = "<LifecycleConfiguration><Rule><ID>late rule</ID><Filter><Prefix>a</Prefix></Filter><Status>Enabled</Status><Expiration><Days>9</Days></Expiration></Rule>"
        + "<Rule><ID>soon</ID><Filter><And><Prefix>a</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter><Status>Enabled</Status><Expiration><Days>3</Days></Expiration></Rule>"
        + "<Rule><ID>abort</ID><Filter/><Status>Enabled</Status><AbortIncompleteMultipartUpload><DaysAfterInitiation>2</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>"
        + "</LifecycleConfiguration>";

    [Fact]
    public async Task Answers_tell_when_an_object_expires_and_by_which_rule()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.PutAsync("a1", "x")).Header("x-amz-expiration").ShouldBeNull();
        (await bucket.PutDocumentAsync("lifecycle", Rules)).Status.ShouldBe(200);
        var put = await bucket.PutAsync("a2", "x");
        var late = Header(put.Header("Date")!, 9, "late%20rule");
        put.Header("x-amz-expiration").ShouldBe(late);
        (await bucket.HeadAsync("a2")).Header("x-amz-expiration").ShouldBe(late);
        (await bucket.GetAsync("a2", ("Range", "bytes=0-0"))).Header("x-amz-expiration").ShouldBe(late);
        (await bucket.CopyAsync("a2", "a3")).Header("x-amz-expiration").ShouldBe(late);
        (await bucket.PutAsync("b", "x")).Header("x-amz-expiration").ShouldBeNull();
        (await bucket.PutAsync("a4", "x", ("x-amz-tagging", "k=v"))).Header("x-amz-expiration").ShouldBe(Header(put.Header("Date")!, 3, "soon"));
        (await bucket.HeadAsync("a4")).Header("x-amz-expiration").ShouldBe(Header(put.Header("Date")!, 3, "soon"));
        (await bucket.PutInPartsAsync("a5", [TestBucket.Bytes(3)])).Header("x-amz-expiration").ShouldBe(late);
    }

    [Fact]
    public async Task Answers_tell_when_an_upload_is_aborted()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutDocumentAsync("lifecycle", Rules);
        var created = await bucket.SendAsync("POST", "key", "uploads", null);
        created.Header("x-amz-abort-rule-id").ShouldBe("abort");
        created.Header("x-amz-abort-date").ShouldBe(Midnight(created.Header("Date")!, 2));
        var listed = await bucket.SendAsync("GET", "key", $"uploadId={created.Element("UploadId")}", null);
        (listed.Header("x-amz-abort-rule-id"), listed.Header("x-amz-abort-date")).ShouldBe(("abort", created.Header("x-amz-abort-date")));
    }

    [Fact]
    public async Task With_short_days_objects_are_gone_by_themselves()
    {
        await using var host = await S3TestHost.StartAsync(
            TestEngines.Durable, services => services.AddSingleton(new LifecycleSettings(IsEnabled: true, TimeSpan.FromMilliseconds(200))));
        var bucket = await TestBucket.CreateAsync(host);
        await bucket.PutAsync("old/a", "x");
        await bucket.PutAsync("kept", "x");
        await bucket.PutDocumentAsync(
            "lifecycle",
            "<LifecycleConfiguration><Rule><ID>r</ID><Prefix>old/</Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>");
        // It is counted a moment after it is gone.
        var counts = host.Services.GetRequiredService<LifecycleCounts>();
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (counts.Of(LifecycleAction.Expire) == 0)
        {
            limit.IsCancellationRequested.ShouldBeFalse("the object did not expire");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        (await bucket.HeadAsync("old/a")).Status.ShouldBe(404);
        (await bucket.HeadAsync("kept")).Status.ShouldBe(200);
        counts.Of(LifecycleAction.Expire).ShouldBe(1);
    }

    private static string Header(string date, int days, string rule) => $"expiry-date=\"{Midnight(date, days)}\", rule-id=\"{rule}\"";

    // The midnight after so many days of the moment of an answer.
    private static string Midnight(string date, int days)
        => DateTimeOffset.Parse(date, CultureInfo.InvariantCulture).UtcDateTime.Date.AddDays(days + 1).ToString("R", CultureInfo.InvariantCulture);
}
