namespace BleepStore.Tests.Mutation;

/// <summary>
/// Every instruction at the heart of the policy engine and of the signer that can be turned round is turned round, one at a time, and the tests must
/// notice. Those that no test can notice stand in <see cref="Explained"/>. <c>BLEEPSTORE_LONG=1</c> tries principals, conditions and the whole of
/// Version 4's comparison, too.
/// </summary>
public sealed class CodeMutationTests(ITestOutputHelper output)
{
    /// <summary>After this long a test runs in circles: it has noticed.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private static readonly string[] s_policyTests = ["BleepStore.Tests.Policies.PolicyDocumentTests", "BleepStore.Tests.Policies.ConditionTests", "BleepStore.Tests.Policies.PublicPolicyTests", "BleepStore.Tests.Policies.PolicyParserTests"];

    private static readonly string[] s_signerTests = ["BleepStore.Tests.Auth.AwsExampleTests", "BleepStore.Tests.Auth.SignatureV4HeaderTests", "BleepStore.Tests.Auth.SignatureV4QueryTests", "BleepStore.Tests.Auth.SignatureV2Tests", "BleepStore.Tests.Auth.PayloadDeclarationTests", "BleepStore.Tests.Auth.BotocoreSignatureTests"];

    /// <summary>Survivors by name, and why no test can tell them from the original.</summary>
    private static readonly Dictionary<string, string> Explained = new(StringComparer.Ordinal)
    {
        ["SignatureV4.SpacedHex 4 ldc.i4.0 to ldc.i4.1"] = "The lower bound of a length that is never below it: the text of an error is not empty.",
        ["SignatureV4.SpacedHex 5 ldc.i4.1 to ldc.i4.0"] = "A blank at the end of a text that humans compare; nothing reads it.",
    };

    private static bool IsLong => Environment.GetEnvironmentVariable("BLEEPSTORE_LONG") == "1";

    [Fact]
    public Task Every_change_of_the_policy_engine_is_noticed() => NoticeAsync(
        s_policyTests,
        name => IsOf(name, ["Policies.PolicyDocument.Decide", "Policies.PolicyStatement.Match", "Policies.PolicyPatterns.Matches"])
            || (IsLong && IsOf(name, ["Policies.PolicyPrincipals.", "Policies.PolicyCondition."])));

    [Fact]
    public Task Every_change_of_the_signer_is_noticed() => NoticeAsync(
        s_signerTests,
        name => IsOf(name, ["Auth.SignatureV4.Matches"])
            || (IsLong && IsOf(name, ["Auth.SignatureV4."])));

    private static bool IsOf(string name, string[] parts) => parts.Any(part => name.StartsWith("BleepStore.Api." + part, StringComparison.Ordinal));

    private async Task NoticeAsync(string[] testClasses, Func<string, bool> isWanted)
    {
        var (passed, failed) = await new MutantRun(MutantRun.Server, testClasses).RunAsync(cases: null, stopAtFirst: false);
        output.WriteLine($"{passed.Count} cases, left out: {string.Join(", ", failed)}");
        passed.Count.ShouldBeGreaterThan(50);
        failed.Count.ShouldBeLessThan(passed.Count / 10, "cases that only pass in their own process");
        var cases = passed.ToHashSet(StringComparer.Ordinal);
        var mutants = IlMutant.Find(MutantRun.Server, isWanted);
        mutants.Count.ShouldBeGreaterThan(2);
        var survivors = new List<string>();
        foreach (var mutant in mutants)
        {
            if (!await IsNoticedAsync(mutant, testClasses, cases))
            {
                survivors.Add(mutant.Name);
                output.WriteLine($"not noticed: {mutant.Name}");
            }
        }

        output.WriteLine($"{mutants.Count} changes, {survivors.Count} not noticed:\n{string.Join('\n', survivors)}");
        survivors.Where(name => !Explained.ContainsKey(name)).ShouldBeEmpty();
    }

    private static async Task<bool> IsNoticedAsync(IlMutant mutant, string[] testClasses, HashSet<string> cases)
    {
        var run = Task.Run(() => new MutantRun(mutant.Apply(MutantRun.Server), testClasses).RunAsync(cases, stopAtFirst: true));
        try
        {
            return (await run.WaitAsync(s_patience, TestContext.Current.CancellationToken)).Failed.Count > 0;
        }
        catch (TimeoutException)
        {
            return true;
        }
    }
}
