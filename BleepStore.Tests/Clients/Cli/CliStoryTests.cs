using System.Runtime.CompilerServices;
using BleepStore.Api.Operations;
using BleepStore.Api.QueryApi;

namespace BleepStore.Tests.Clients.Cli;

/// <summary>
/// The real AWS CLI through every operation: each story below Golden/Cli is run against a server, and each operation has a command that succeeds and one that
/// is refused, answers and errors as AWS documents them.
/// </summary>
public sealed class CliStoryTests(CliServer fixture) : IClassFixture<CliServer>
{
    // What no command of the CLI sends: a browser's form.
    private static readonly string[] NotSent = ["PostObject"];

    // Sessions for whom an identity provider vouches, which there are none of: refused as not implemented.
    private static readonly string[] NotThere = ["AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"];

    private static readonly Lazy<IReadOnlyList<CliStory>> s_stories = new(CliStoryFile.ReadAll);

    public static TheoryData<string> Areas => [.. s_stories.Value.Select(story => story.Area)];

    private static IEnumerable<CliCommand> Commands => s_stories.Value.SelectMany(story => story.Steps).OfType<CliCommand>();

    [Theory]
    [MemberData(nameof(Areas))]
    public async Task The_AWS_CLI_sees_what_AWS_documents(string area)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var directory = Directory.CreateTempSubdirectory("bleepstore-cli-").FullName;
        try
        {
            await using var cli = await CliDriver.StartAsync(directory, cancellationToken);
            await new CliStoryRun(fixture.Server.S3Url, s_stories.Value.Single(story => story.Area == area), directory).RunAsync(cli, cancellationToken);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void Every_operation_of_S3_is_called_and_succeeds()
        => S3Operations.All.Select(route => route.Definition).Where(operation => operation.SuccessStatus < 400).Select(operation => operation.Name)
            .Except(NotSent).Except(CalledWith("s3api", isRefused: false))
            .ShouldBeEmpty("no command of a story calls them with success");

    [Fact]
    public void Every_operation_of_S3_is_called_and_refused()
        => S3Operations.All.Select(route => route.Definition.Name).Except(NotSent).Except(CalledWith("s3api", isRefused: true))
            .ShouldBeEmpty("no command of a story shows their errors");

    [Fact]
    public void Every_operation_that_is_missing_is_refused_as_such()
    {
        var refused = Commands.Where(command => command.Refusal?.Code == "NotImplemented").Select(command => command.Operation).ToHashSet();
        KnownToTheCli.Except(refused).ShouldBeEmpty("no command of a story sees that they are not there");
    }

    [Fact]
    public void Every_action_of_IAM_and_STS_is_called_and_succeeds()
        => Actions().Except(NotThere).Where(name => !CalledWith("iam", isRefused: false).Contains(name) && !CalledWith("sts", isRefused: false).Contains(name))
            .ShouldBeEmpty("no command of a story calls them with success");

    [Fact]
    public void Every_action_of_IAM_and_STS_is_called_and_refused()
        => Actions().Where(name => !CalledWith("iam", isRefused: true).Contains(name) && !CalledWith("sts", isRefused: true).Contains(name))
            .ShouldBeEmpty("no command of a story shows their errors");

    /// <summary>The missing operations that a CLI of 2023 has; later ones are of services that came after it.</summary>
    private static IEnumerable<string> KnownToTheCli =>
        KnownOperations.All.Select(operation => operation.Name)
            .Where(name => !name.Contains("Abac", StringComparison.Ordinal) && !name.Contains("Metadata", StringComparison.Ordinal))
            .Except(["CreateSession", "RenameObject", "UpdateObjectEncryption"]);

    private static HashSet<string> CalledWith(string service, bool isRefused)
        => Commands.Where(command => command.Service == service && command.Refusal is not null == isRefused)
            .Select(command => command.Operation)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);

    // The tables of actions need none of what their handlers work with.
    private static IEnumerable<string> Actions()
        => typeof(IQueryActions).Assembly.GetTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IQueryActions)))
            .SelectMany(type => ((IQueryActions)RuntimeHelpers.GetUninitializedObject(type)).Actions)
            .Select(action => action.Name);
}
