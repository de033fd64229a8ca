using BleepStore.Api.Encryption;
using BleepStore.Tests.Api;
using Microsoft.Extensions.DependencyInjection;

namespace BleepStore.Tests.Encryption;

/// <summary>What the configuration decides: keys of customers over plain HTTP, and encryption by default.</summary>
public sealed class SecureConnectionTests
{
    [Fact]
    public async Task A_customers_key_is_refused_over_plain_HTTP_unless_it_is_allowed()
    {
        await using var host = await S3TestHost.StartAsync(configure: services => services.AddSingleton(EncryptionSettings.Default));
        var bucket = await TestBucket.CreateAsync(host);
        await bucket.PutAsync("plain", "Hello");
        foreach (var response in new[]
        {
            await bucket.PutAsync("key", "Hello", EncryptionParts.Customer(1)), await bucket.GetAsync("plain", EncryptionParts.Customer(1)),
            await bucket.CopyAsync("plain", "key", EncryptionParts.Source(1)), await bucket.CopyAsync("plain", "key", EncryptionParts.Customer(1)),
            await bucket.SendAsync("POST", "key", "uploads", null, EncryptionParts.Customer(1)),
        })
        {
            EncryptedObjectTests.ShouldBeRefused(response, 400, "InvalidRequest", "must be made over a secure connection");
        }

        (await bucket.HeadAsync("key")).Status.ShouldBe(404);
        (await bucket.PutAsync("key", "Hello", ("x-amz-server-side-encryption", "aws:kms"))).Header("x-amz-server-side-encryption-aws-kms-key-id")
            .ShouldBe("alias/aws/s3", "without a ring there is the store's own key");
        (await bucket.GetAsync("key")).Text.ShouldBe("Hello");
    }

    [Fact]
    public async Task A_store_that_encrypts_by_default_does_so_and_says_so()
    {
        await using var host = await S3TestHost.StartAsync(
            configure: services => services.AddSingleton(EncryptionSettings.Default with { EncryptsByDefault = true }));
        var bucket = await TestBucket.CreateAsync(host);
        (await bucket.PutAsync("key", "Hello")).Header("x-amz-server-side-encryption").ShouldBe("AES256");
        var got = await bucket.GetAsync("key");
        got.Text.ShouldBe("Hello");
        got.Header("x-amz-server-side-encryption").ShouldBe("AES256");
        (await bucket.SendAsync("GET", null, "encryption", null)).Element("SSEAlgorithm").ShouldBe("AES256");
    }
}
