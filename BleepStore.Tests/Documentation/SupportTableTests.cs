using System.Collections.Immutable;
using BleepStore.Api.Documentation;
using BleepStore.Api.Operations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Tests.Golden;
using BleepStore.Tests.Repository;
using Microsoft.AspNetCore.Http;

namespace BleepStore.Tests.Documentation;

/// <summary>The README promises exactly what there is.</summary>
public sealed class SupportTableTests
{
    private const string Begin = "<!-- operations -->\n";
    private const string End = "<!-- /operations -->";

    private static readonly ImmutableArray<S3OperationDefinition> Operations = [.. S3Operations.All.Select(route => route.Definition)];

    /// <summary>Names of the operations that are not there yet.</summary>
    public static TheoryData<string> Missing()
        => [.. KnownOperations.All.Select(operation => operation.Name).Except(Operations.Select(operation => operation.Name))];

    private static readonly Lazy<OperationEvidence> s_evidence = new();

    [Fact]
    public void The_README_holds_the_generated_table()
    {
        var path = RepositoryFiles.Absolute("README.md");
        var readme = File.ReadAllText(path);
        var begin = readme.IndexOf(Begin, StringComparison.Ordinal);
        var end = readme.IndexOf(End, StringComparison.Ordinal);
        begin.ShouldBeGreaterThanOrEqualTo(0, "README.md has no <!-- operations --> mark");
        end.ShouldBeGreaterThan(begin, "README.md has no <!-- /operations --> mark");
        GoldenFile.ShouldMatchAt(path, readme[..(begin + Begin.Length)] + SupportTable.Render(Operations, KnownOperations.All, s_evidence.Value.Links) + readme[end..]);
    }

    [Fact]
    public void Every_operation_that_exists_is_in_the_table_as_supported()
    {
        var lines = SupportTable.Render(Operations, KnownOperations.All, s_evidence.Value.Links).Split('\n');
        foreach (var operation in Operations)
        {
            lines.Count(line => line.StartsWith($"| {operation.Name} |", StringComparison.Ordinal) && line.Contains("| supported", StringComparison.Ordinal)).ShouldBe(1);
        }
    }

    [Fact]
    public void Every_operation_that_exists_has_documented_cases_in_the_table()
        => Operations.Select(operation => operation.Name).Where(name => !s_evidence.Value.Links(name).StartsWith("[aws]", StringComparison.Ordinal)).ShouldBeEmpty();

    [Fact]
    public void No_operation_is_listed_twice()
        => KnownOperations.All.GroupBy(operation => operation.Name).Where(group => group.Count() > 1).Select(group => group.Key).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Missing))]
    public void An_operation_that_the_table_calls_missing_is_answered_with_501(string name)
    {
        var operation = KnownOperations.All.Single(known => known.Name == name);
        var router = new S3Router([.. S3Operations.All.Select(route => route with { CreateHandler = _ => new NoHandler() })], new NoServices());
        var (definition, _, refusal) = router.Route(new IncomingRequest
        {
            Method = operation.Method,
            RawPath = operation.Resource == S3Resource.Bucket ? "/bucket" : "/bucket/key",
            Query = S3Query.Parse(string.Join('&', operation.Query)),
            Headers = new HeaderDictionary(),
            Host = "localhost",
            Bucket = "bucket",
            Key = operation.Resource == S3Resource.Bucket ? null : "key",
            RequestId = "0000000000000000",
            Body = Stream.Null,
            ContentLength = null,
        });
        definition.ShouldBeNull();
        refusal.ShouldNotBeNull().Code.ShouldBe("NotImplemented");
    }

    private sealed class NoHandler : IS3Handler
    {
        public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken) => throw new InvalidOperationException("Only routed.");
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
