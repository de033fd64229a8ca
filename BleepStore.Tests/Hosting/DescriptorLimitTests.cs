using BleepStore.Api.Hosting;

namespace BleepStore.Tests.Hosting;

/// <summary>Connections leave descriptors for everything else.</summary>
public sealed class DescriptorLimitTests
{
    [Theory]
    [InlineData("1048576", 262_000L)]
    [InlineData("1024", 112L)]
    [InlineData("256", 16L)]
    [InlineData("unlimited", null)]
    public void The_limit_of_open_files_bounds_connections(string soft, long? connections)
        => DescriptorLimit.ConnectionsOf(
            $"Limit                     Soft Limit           Hard Limit           Units\nMax open files            {soft}              {soft}              files\n")
            .ShouldBe(connections);

    [Fact]
    public void A_text_without_the_limit_sets_no_bound() => DescriptorLimit.ConnectionsOf("").ShouldBeNull();
}
