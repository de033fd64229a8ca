using BleepStore.Api.Hosting;

namespace BleepStore.Tests.Hosting;

/// <summary>Connections leave descriptors for everything else.</summary>
public sealed class DescriptorLimitTests
{
    [Theory]
    [InlineData("1048576", 1, 261_984L)]
    [InlineData("1048576", 16, 21_386L)]
    [InlineData("1024", 1, 96L)]
    [InlineData("256", 1, 16L)]
    [InlineData("unlimited", 1, null)]
    public void The_limit_of_open_files_bounds_connections_by_the_requests_they_carry(string soft, int requestsEach, long? connections)
        => DescriptorLimit.ConnectionsOf(
            $"Limit                     Soft Limit           Hard Limit           Units\nMax open files            {soft}              {soft}              files\n", requestsEach)
            .ShouldBe(connections);

    [Fact]
    public void A_text_without_the_limit_sets_no_bound() => DescriptorLimit.ConnectionsOf("", requestsEach: 1).ShouldBeNull();
}
