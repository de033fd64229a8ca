using System.Globalization;
using BleepStore.Tests.Processes;

namespace BleepStore.Tests.Clients;

/// <summary>Real clients against the real server: the rows of <see cref="ClientSteps"/>, client by client, in their order.</summary>
public sealed class ClientTests(ITestOutputHelper output)
{
    private static readonly TimeSpan StepTimeout = TimeSpan.FromMinutes(10);

    // Later steps often fail for an earlier one's failure; with a server that is known to differ it still helps to see them all.
    private static bool KeepsGoing => Environment.GetEnvironmentVariable("BLEEPSTORE_TEST_KEEP_GOING") == "1";

    /// <summary>Every client, or those that <c>BLEEPSTORE_TEST_CLIENTS</c> names, separated by commas.</summary>
    public static TheoryData<string> ClientNames =>
        Environment.GetEnvironmentVariable("BLEEPSTORE_TEST_CLIENTS") is { Length: > 0 } chosen
            ? [.. chosen.Split(',', StringSplitOptions.TrimEntries)]
            : [.. ClientTable.Clients.Where(client => client.IsForThisMachine).Select(client => client.Name)];

    [Theory]
    [MemberData(nameof(ClientNames))]
    public async Task The_client_gets_through_all_of_its_steps(string client)
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("BLEEPSTORE_TEST_SEED") ?? "20240", CultureInfo.InvariantCulture);
        output.WriteLine($"BLEEPSTORE_TEST_SEED={seed}");
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var run = await ClientRun.StartAsync(ClientTable.Clients.Single(row => row.Name == client), cancellationToken);
        run.Set("TREE_FILES", TestTree.CreateAwkward(run.Tree, seed).ToString(CultureInfo.InvariantCulture));

        List<string> failures = [];
        foreach (var step in ClientSteps.All.Where(step => step.Client == client))
        {
            try
            {
                var result = await run.RunAsync(step, StepTimeout, cancellationToken);
                output.WriteLine($"{result.Elapsed.TotalSeconds,6:F1} s  {step.Name}");
            }
            catch (ToolFailedException failure) when (KeepsGoing)
            {
                failures.Add(failure.Message);
                output.WriteLine($"  failed  {step.Name}");
            }
        }

        failures.ShouldBeEmpty();
        run.ServerErrors().ShouldBeEmpty();
    }

    [Fact]
    public void Every_client_has_steps_and_every_step_a_client()
    {
        var clients = ClientTable.Clients.Select(client => client.Name);
        ClientSteps.All.Select(step => step.Client).Distinct().ShouldBe(clients, ignoreOrder: true);
        ClientSteps.All.Select(step => step.ToString()).ShouldBeUnique();
    }
}
