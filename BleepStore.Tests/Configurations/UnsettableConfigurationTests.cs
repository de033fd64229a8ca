using BleepStore.Tests.Api;

namespace BleepStore.Tests.Configurations;

/// <summary>
/// What of a bucket cannot be set may still be asked for: GetBucketReplication, GetBucketAnalyticsConfiguration, ListBucketAnalyticsConfigurations,
/// GetBucketIntelligentTieringConfiguration, ListBucketIntelligentTieringConfigurations, GetBucketInventoryConfiguration,
/// ListBucketInventoryConfigurations, GetBucketMetricsConfiguration and ListBucketMetricsConfigurations say that there is none.
/// </summary>
public sealed class UnsettableConfigurationTests(MemoryApiHost fixture) : IClassFixture<MemoryApiHost>
{
    [Theory]
    [InlineData("analytics", "ListBucketAnalyticsConfigurationResult")]
    [InlineData("intelligent-tiering", "ListBucketIntelligentTieringConfigurationsOutput")]
    [InlineData("inventory", "ListInventoryConfigurationsResult")]
    [InlineData("metrics", "ListMetricsConfigurationsResult")]
    public async Task A_list_is_empty_and_none_can_be_put_on_it(string subresource, string root)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var listed = await bucket.SendAsync("GET", null, subresource, null);
        listed.Status.ShouldBe(200, listed.Text);
        listed.Text.ShouldContain($"<{root} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>false</IsTruncated></{root}>");
        (await bucket.SendAsync("GET", null, subresource + "&id=a", null)).ShouldRefuse(404, "NoSuchConfiguration");
        (await bucket.SendAsync("PUT", null, subresource + "&id=a", [])).ShouldRefuse(501, "NotImplemented");
        (await TestBucket.Unmade(fixture.Host).SendAsync("GET", null, subresource, null)).ShouldRefuse(404, "NoSuchBucket");
    }

    [Fact]
    public async Task There_is_no_replication_and_none_can_be_set()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var asked = await bucket.SendAsync("GET", null, "replication", null);
        asked.ShouldRefuse(404, "ReplicationConfigurationNotFoundError");
        asked.Element("BucketName").ShouldBe(bucket.Name);
        (await bucket.SendAsync("PUT", null, "replication", [])).ShouldRefuse(501, "NotImplemented");
    }
}
