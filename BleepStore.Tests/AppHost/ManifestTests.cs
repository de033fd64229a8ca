using System.Globalization;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using BleepStore.AppHost;
using BleepStore.Tests.Processes;

namespace BleepStore.Tests.AppHost;

/// <summary>
/// The committed manifest is what Aspire's publisher writes of the default profile: right by the schema, and the same as the graph.
/// </summary>
public sealed class ManifestTests
{
    /// <summary>What Aspire itself adds to the environment of every published project.</summary>
    private static readonly string[] AddedByAspire = ["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", "ASPNETCORE_FORWARDEDHEADERS_ENABLED"];

    private static readonly string[] BindingProperties = ["scheme", "protocol", "transport", "port", "targetPort", "external"];

    private static readonly JsonElement Manifest =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(RepositoryPaths.Root, "aspire-manifest.json"))).RootElement;

    private static IReadOnlyList<IResource> PublishedGraph()
    {
        var builder = DistributedApplication.CreateBuilder(["--publisher", "manifest"]);
        builder.AddEmbedded();
        return builder.Resources;
    }

    [Fact]
    public void It_follows_the_schema() => ManifestSchema.Violations(Manifest).ShouldBeEmpty();

    [Theory]
    [InlineData("\"project.v0\"", "\"project.v9\"")]
    [InlineData("\"path\":", "\"pfad\":")]
    [InlineData("\"transport\": \"http\"", "\"transport\": \"carrier\"")]
    [InlineData("\"targetPort\": 9000", "\"targetPort\": \"9000\"")]
    [InlineData("{access-key.value}", "{no-key.value}")]
    [InlineData("{bleepstore.bindings.s3.targetPort}", "{bleepstore.bindings.s4.targetPort}")]
    [InlineData("\"secret\": true", "\"secret\": \"yes\"")]
    public void The_check_sees_a_manifest_that_does_not(string right, string wrong)
    {
        var text = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "aspire-manifest.json"));
        text.ShouldContain(right);
        using var broken = JsonDocument.Parse(text.Replace(right, wrong, StringComparison.Ordinal));
        ManifestSchema.Violations(broken.RootElement).ShouldNotBeEmpty();
    }

    [Fact]
    public void It_names_the_resources_of_the_graph_in_its_order() =>
        Manifest.GetProperty("resources").EnumerateObject().Select(resource => resource.Name)
            .ShouldBe(PublishedGraph().Select(resource => resource.Name));

    [Fact]
    public void Its_parameters_are_those_of_the_graph_and_carry_no_secret()
    {
        foreach (var parameter in PublishedGraph().OfType<ParameterResource>())
        {
            var input = Manifest.GetProperty("resources").GetProperty(parameter.Name).GetProperty("inputs").GetProperty("value");
            input.GetProperty("secret").GetBoolean().ShouldBe(parameter.Secret);
            input.TryGetProperty("default", out _).ShouldBeFalse();
        }

        Manifest.GetRawText().ShouldNotContain("bleepstore-secret");
    }

    [Fact]
    public void Its_projects_have_the_path_the_environment_and_the_bindings_of_the_graph()
    {
        var projects = PublishedGraph().OfType<ProjectResource>().ToList();
        projects.ShouldNotBeEmpty();
        foreach (var project in projects)
        {
            var written = Manifest.GetProperty("resources").GetProperty(project.Name);
            written.GetProperty("path").GetString().ShouldBe(Path.GetRelativePath(RepositoryPaths.Root, project.ProjectPath));
            written.GetProperty("env").EnumerateObject()
                .Where(variable => !AddedByAspire.Contains(variable.Name))
                .Select(variable => $"{variable.Name}={variable.Value.GetString()}")
                .ShouldBe(project.Environment.Select(variable => $"{variable.Key}={variable.Value.Expression}"));
            written.GetProperty("bindings").EnumerateObject().Select(Describe).ShouldBe(project.Endpoints.Select(Describe));
        }
    }

    [Fact]
    public void Azd_finds_the_apphost_that_azure_yaml_names()
    {
        var yaml = Path.Combine(RepositoryPaths.Root, "azure.yaml");
        var line = File.ReadLines(yaml).Single(text => text.Contains("project:", StringComparison.Ordinal));
        File.Exists(Path.Combine(RepositoryPaths.Root, line.Split(':')[1].Trim())).ShouldBeTrue();
    }

    private static string Describe(JsonProperty binding) =>
        string.Join(' ', BindingProperties.Select(name => Text(binding, name)).Prepend(binding.Name));

    private static string Describe(EndpointAnnotation endpoint) => string.Create(
        CultureInfo.InvariantCulture,
        $"{endpoint.Name} {endpoint.UriScheme} tcp {endpoint.Transport} {endpoint.Port} {endpoint.TargetPort} {External(endpoint)}");

    private static string External(EndpointAnnotation endpoint) => endpoint.IsExternal ? "True" : "";

    private static string Text(JsonProperty binding, string name) =>
        binding.Value.TryGetProperty(name, out var value) ? value.ToString() : "";
}
