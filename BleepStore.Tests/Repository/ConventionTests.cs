using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using BleepStore.Api.Operations;
using BleepStore.Api.Protocol;

namespace BleepStore.Tests.Repository;

/// <summary>The rules of the repository that a compiler does not know.</summary>
public sealed class ConventionTests
{
    private const int MaxLines = 400;

    [Theory]
    [InlineData("BleepStore.Metadata")]
    [InlineData("BleepStore.Storage")]
    [InlineData("BleepStore.ServiceDefaults")]
    [InlineData("BleepStore.Cluster", "BleepStore.Metadata", "BleepStore.Storage")]
    [InlineData("BleepStore.Events", "BleepStore.Metadata")]
    [InlineData("BleepStore.Api", "BleepStore.Metadata", "BleepStore.Storage", "BleepStore.Cluster", "BleepStore.Events", "BleepStore.ServiceDefaults")]
    [InlineData("BleepStore.Benchmarks", "BleepStore.Api", "BleepStore.Metadata", "BleepStore.Storage", "BleepStore.ServiceDefaults")]
    public void References_point_one_way(string project, params string[] allowed)
    {
        var file = RepositoryFiles.Absolute($"{project}/{project}.csproj");
        var references = XDocument.Load(file)
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));
        references.Except(allowed).ShouldBeEmpty($"{project} must not know them");
    }

    [Fact]
    public void No_source_file_is_too_long_to_be_read_at_a_sitting()
        => RepositoryFiles.Find(".cs")
            .Select(path => (Path: RepositoryFiles.Relative(path), Lines: File.ReadLines(path).Count()))
            .Where(file => file.Lines > MaxLines)
            .ShouldBeEmpty();

    [Fact]
    public void Nothing_is_left_for_later()
    {
        // Put together, so that this file does not find itself.
        string[] marks = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "XX" + "X:", "NotImplemented" + "Exception"];
        var pattern = new Regex($@"\b({string.Join('|', marks)})", RegexOptions.None, TimeSpan.FromSeconds(10));
        FindLines(pattern, ".cs", ".csproj", ".props", ".md", ".sh").ShouldBeEmpty();
    }

    [Fact]
    public void The_repository_names_no_path_of_the_machine_it_was_written_on()
    {
        // A container's user is called app; its home is no place on anybody's machine.
        string[] places = ["/" + "work/", "/" + "root/", "/" + "home/(?!app/)[a-z]+/", @"C:\\" + "Users"];
        var pattern = new Regex($@"(?<![\w.}}])({string.Join('|', places)})", RegexOptions.None, TimeSpan.FromSeconds(10));
        FindLines(pattern, ".cs", ".csproj", ".props", ".targets", ".md", ".sh", ".json", ".yaml", ".yml", ".py", ".js").ShouldBeEmpty();
    }

    [Fact]
    public void Every_operation_has_a_file_of_its_name()
    {
        var files = RepositoryFiles.Find(".cs", "BleepStore.Api/Operations").Select(Path.GetFileNameWithoutExtension).ToHashSet();
        S3Operations.All.Select(route => route.Definition.Name).Where(name => !files.Contains(name)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_operation_is_tested()
    {
        string[] tables = ["BleepStore.Tests/Repository/", "BleepStore.Tests/OpenApi/", "BleepStore.Tests/Documentation/", "BleepStore.Tests/Observability/"];
        var tests = RepositoryFiles.Find(".cs", "BleepStore.Tests")
            .Where(path => !tables.Any(table => RepositoryFiles.Relative(path).StartsWith(table, StringComparison.Ordinal)))
            .Select(File.ReadAllText)
            .ToArray();
        S3Operations.All
            .Select(route => route.Definition.Name)
            .Where(name => !tests.Any(test => Regex.IsMatch(test, $@"\b{name}(Async|Request|Tests)?\b", RegexOptions.None, TimeSpan.FromSeconds(10))))
            .ShouldBeEmpty("no test mentions them");
    }

    [Fact]
    public void Every_error_is_used()
    {
        var sources = RepositoryFiles.Find(".cs", "BleepStore.Api").Where(path => Path.GetFileName(path) != "S3Errors.cs").Select(File.ReadAllText).ToArray();
        typeof(S3Errors).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => field.Name)
            .Where(name => !sources.Any(source => Regex.IsMatch(source, $@"\bS3Errors\.{name}\b", RegexOptions.None, TimeSpan.FromSeconds(10))))
            .ShouldBeEmpty("errors that nobody answers");
    }

    private static IEnumerable<string> FindLines(Regex pattern, params string[] extensions)
        => extensions
            .SelectMany(extension => RepositoryFiles.Find(extension))
            .SelectMany(path => File.ReadLines(path)
                .Select((line, index) => (Text: line, Number: index + 1))
                .Where(line => pattern.IsMatch(line.Text))
                .Select(line => $"{RepositoryFiles.Relative(path)}:{line.Number}: {line.Text.Trim()}"));
}
