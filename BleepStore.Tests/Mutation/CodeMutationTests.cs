namespace BleepStore.Tests.Mutation;

/// <summary>
/// Every instruction at the heart of the policy engine and of the signer that can be turned round is turned round, one at a time, and the tests must
/// notice. Those that no test can notice stand in <see cref="Explained"/>. <c>BLEEPSTORE_LONG=1</c> tries more of both, and <c>-explicit only</c> tries the
/// areas around them: what is read of signed headers, URLs and bodies, the canonical request, patterns, operators, what is public, and the decision
/// between all who have a say. Some changes collect memory in circles: <c>DOTNET_GCHeapHardLimit=0xC0000000</c> bounds it, and of the policy engine a
/// process tries one area (<c>-method '*an_area_of_the_policy_engine*'</c> needs more memory than that in one).
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
        ["SignatureV4Header.Split 3 ldc.i4.0 to ldc.i4.1"] = "A comma in front makes the component before it empty, which was refused already.",
        ["SignatureV4Header.Split 6 ldc.i4.0 to ldc.i4.1"] = "A component that begins with its equals sign has no name and is refused, whatever its value.",
        ["SignatureV4Header.Split 9 ldc.i4.0 to ldc.i4.1"] = "The same: no name and an empty name are both refused.",
        ["SignatureV4Header.Split 18 ldc.i4.1 to ldc.i4.0"] = "How many values the writer of the error's text makes room for.",
        ["SignedHeaderList.Check 6 brfalse.s to brtrue.s"] = "Whether the enumerator of the headers is disposed of, which holds nothing.",
        ["CanonicalRequest.WriteFolded 0 ldc.i4.0 to ldc.i4.1"] = "No blank stands first where blanks were trimmed.",
        ["SignatureV2.WriteAmzHeaders 2 brfalse.s to brtrue.s"] = "Whether the enumerator of the headers is disposed of, which holds nothing.",
        ["AccessRules.HasNoPolicy 3 ldc.i4.0 to ldc.i4.1"] = "Nobody in particular is asked about on the long way, where no policy says anything either: the same answer, only slower.",
        ["AccessRules.BucketSays 6 ldc.i4.0 to ldc.i4.1"] = "Only accounts own buckets, so an owner is always one.",
        ["AccessRules.BucketSays 7 ldc.i4.0 to ldc.i4.1"] = "Takes the denial of a bucket's policy from others than the owner, to whom nothing else can allow these three actions.",
        ["AccessRules.BucketSays 15 ldc.i4.0 to ldc.i4.1"] = "The owner's own rights allow already.",
        ["AccessRules.IsGranted 6 ldc.i4.0 to ldc.i4.1"] = "What is asked of an absent object is asked of its bucket, so there is a list.",
        ["AccessRules.OwnRights 2 ldc.i4.0 to ldc.i4.1"] = "What a caller's own side says is held against allow and deny alone; this is another that is neither.",
        ["Glob.Matches 2 ldc.i4.0 to ldc.i4.1"] = "Where to try again is set with the asterisk, before it is read.",
        ["Glob.Matches 22 ldc.i4.1 to ldc.i4.0"] = "Trying again from the asterisk itself reads it once more, as taking nothing, and goes on behind it.",
        ["ConditionValue.Compile 3 ldc.i4.0 to ldc.i4.1"] = "Of the whole text of an ARN only the wildcards are asked for; its parts are what is matched.",
        ["ConditionValue.TryNetwork 0 ldc.i4.0 to ldc.i4.1"] = "What begins with its slash is no address, with the rest or without.",
        ["ConditionValue.TryNetwork 7 ldc.i4.0 to ldc.i4.1"] = "The same: it was refused already.",
        ["ConditionValue.SplitArn 10 ldc.i4.1 to ldc.i4.0"] = "Parts that keep their colon are compared with parts that keep theirs.",
        ["PolicyPattern.OfVariable 0 ldc.i4.0 to ldc.i4.1"] = "A variable that begins with its comma names no key: neither nothing nor a comma is one.",
    };

    /// <summary>Changes that end the process, which is more notice than a test can take of them.</summary>
    private static readonly HashSet<string> s_endless =
    [
        // Asks itself the same question until the stack is full.
        "AccessRules.Decide 1 brfalse.s to brtrue.s",
    ];

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

    [Theory(Explicit = true)]
    [InlineData("Auth.SignatureV4Header.")]
    [InlineData("Auth.SignedHeaderList.")]
    [InlineData("Auth.CanonicalRequest.")]
    [InlineData("Auth.SignatureV4Query.")]
    [InlineData("Auth.PayloadDeclaration.")]
    [InlineData("Auth.SignatureV2.")]
    public Task Every_change_of_an_area_of_the_signer_is_noticed(string area) => NoticeAsync(s_signerTests, area);

    [Theory(Explicit = true)]
    [InlineData("Auth.AccessRules.")]
    [InlineData("Policies.Glob.")]
    [InlineData("Policies.PolicyPattern.")]
    [InlineData("Policies.PublicPolicy.")]
    [InlineData("Policies.ConditionOperator.")]
    [InlineData("Policies.ConditionValue.")]
    public Task Every_change_of_an_area_of_the_policy_engine_is_noticed(string area)
        => NoticeAsync(area == "Auth.AccessRules." ? ["BleepStore.Tests.Auth.AccessRulesTests"] : s_policyTests, area);

    private Task NoticeAsync(string[] testClasses, string area) => NoticeAsync(testClasses, name => IsOf(name, [area]));

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
        foreach (var mutant in mutants.Where(mutant => !s_endless.Contains(mutant.Name)))
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
