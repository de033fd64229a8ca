using System.Collections.Immutable;
using System.Text;
using BleepStore.Api.Operations;

namespace BleepStore.Api.Documentation;

/// <summary>Renders the README's table of what is supported from the definitions, so that it cannot promise what is not there.</summary>
internal static class SupportTable
{
    /// <summary>The Markdown of all operations: those that exist, then those of AWS that are answered with 501.</summary>
    /// <param name="operations">Those that exist.</param>
    /// <param name="known">Those of AWS.</param>
    /// <param name="tests">What shows, by its tests, the operation of that name.</param>
    public static string Render(IEnumerable<S3OperationDefinition> operations, IEnumerable<KnownOperation> known, Func<string, string> tests)
    {
        var existing = operations.ToImmutableArray();
        var names = existing.Select(operation => operation.Name).ToHashSet(StringComparer.Ordinal);
        var table = new StringBuilder("| Operation | Request | Status | Tests |\n|---|---|---|---|\n");
        foreach (var operation in existing)
        {
            Append(table, operation.Name, operation.Method, operation.PathTemplate, operation.Query, operation.Header, $"{Status(operation)} | {tests(operation.Name)}");
        }

        foreach (var operation in known.Where(operation => !names.Contains(operation.Name)))
        {
            var path = operation.Resource == S3Resource.Bucket ? "/{bucket}" : "/{bucket}/{key}";
            Append(table, operation.Name, operation.Method, path, operation.Query, header: null, $"501 NotImplemented | {tests(operation.Name)}");
        }

        return table.ToString();
    }

    private static string Status(S3OperationDefinition operation) => operation.Limitation is { } limitation ? $"supported: {limitation}" : "supported";

    private static void Append(
        StringBuilder table, string name, string method, string path, ImmutableArray<string> query, string? header, string status)
    {
        table.Append("| ").Append(name).Append(" | `").Append(method).Append(' ').Append(path);
        if (query.Length > 0)
        {
            table.Append('?').AppendJoin('&', query);
        }

        table.Append('`');
        if (header is not null)
        {
            table.Append(" with `").Append(header).Append('`');
        }

        table.Append(" | ").Append(status.TrimEnd()).Append(" |\n");
    }
}
