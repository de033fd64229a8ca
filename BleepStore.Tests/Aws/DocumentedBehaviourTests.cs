using BleepStore.Tests.Api;

namespace BleepStore.Tests.Aws;

/// <summary>
/// The differential table: requests and the answers that AWS documents for them, each with the page it comes from (Golden/Aws). A case that fails is a
/// difference from S3.
/// </summary>
public sealed class DocumentedBehaviourTests(MemoryApiHost fixture) : IClassFixture<MemoryApiHost>
{
    private static readonly Lazy<IReadOnlyList<DocumentedCase>> s_cases = new(DocumentedCaseFile.ReadAll);

    public static TheoryData<string, string> Names => [.. s_cases.Value.Select(documented => (documented.Area, documented.Name))];

    [Theory]
    [MemberData(nameof(Names))]
    public Task The_answer_is_the_documented_one(string area, string name)
        => new DocumentedCaseRun(fixture.Host, s_cases.Value.Single(documented => documented.Area == area && documented.Name == name)).RunAsync();

    [Fact]
    public void Every_case_names_a_page_of_AWS()
        => s_cases.Value.Where(documented => !documented.Page.StartsWith("https://docs.aws.amazon.com/", StringComparison.Ordinal)).ShouldBeEmpty();

    [Fact]
    public void The_table_holds_three_hundred_cases_and_more() => s_cases.Value.Count.ShouldBeGreaterThanOrEqualTo(300);

    [Fact]
    public void No_two_cases_have_the_same_name()
        => s_cases.Value.GroupBy(documented => documented.Name).Where(group => group.Count() > 1).Select(group => group.Key).ShouldBeEmpty();

    [Fact]
    public void Every_case_expects_something()
        => s_cases.Value.Where(documented => documented.Exchanges.All(exchange => exchange.Expected is null)).Select(documented => documented.Name).ShouldBeEmpty();
}
