using System.Globalization;

namespace BleepStore.Tests.Clients;

/// <summary>Real clients against the real server: every row of <see cref="ClientSteps"/>, client by client, in the order of the table.</summary>
public sealed class ClientTests(ITestOutputHelper output)
{
    private static readonly TimeSpan StepTimeout = TimeSpan.FromMinutes(3);

    public static TheoryData<string> ClientNames => [.. ClientTable.Clients.Select(client => client.Name)];

    [Theory]
    [MemberData(nameof(ClientNames))]
    public async Task The_client_gets_through_all_of_its_steps(string client)
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("BLEEPSTORE_TEST_SEED") ?? "20240", CultureInfo.InvariantCulture);
        output.WriteLine($"BLEEPSTORE_TEST_SEED={seed}");
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var run = await ClientRun.StartAsync(ClientTable.Clients.Single(row => row.Name == client), cancellationToken);
        run.Set("TREE_FILES", TestTree.CreateAwkward(run.Tree, seed).ToString(CultureInfo.InvariantCulture));

        foreach (var step in ClientSteps.All.Where(step => step.Client == client))
        {
            var result = await run.RunAsync(step, StepTimeout, cancellationToken);
            output.WriteLine($"{result.Elapsed.TotalSeconds,6:F1} s  {step.Name}");
        }
    }

    [Fact]
    public void Every_client_has_steps_and_every_step_a_client()
    {
        ClientSteps.All.Select(step => step.Client).Distinct().ShouldBe(ClientTable.Clients.Select(client => client.Name), ignoreOrder: true);
        ClientSteps.All.Select(step => step.ToString()).ShouldBeUnique();
    }
}
