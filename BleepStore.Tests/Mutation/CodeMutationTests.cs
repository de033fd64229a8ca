using System.Collections.Concurrent;
using BleepStore.Api.Policies;

namespace BleepStore.Tests.Mutation;

/// <summary>
/// Every instruction at the heart of the policy engine and of the signer that can be turned round is turned round, one at a time, and the tests must
/// notice. Those that no test can notice stand in <see cref="ExplainedMutants"/>. <c>-explicit only</c> tries all that authenticates and authorises:
/// what is read of signatures and tokens, the bodies that are signed, policies, lists, what a bucket says against being public, and the decision between
/// all who have a say. Each area has processes of its own, so that all of them fit into the memory of one.
/// </summary>
public sealed class CodeMutationTests(ITestOutputHelper output)
{
    private const string Policy = "Policies.PolicyDocumentTests Policies.ConditionTests Policies.PublicPolicyTests Policies.PolicyParserTests";
    private const string Signer = "Auth.AwsExampleTests Auth.SignatureV4HeaderTests Auth.SignatureV4QueryTests Auth.SignatureV2Tests Auth.PayloadDeclarationTests Auth.BotocoreSignatureTests Auth.AuthMechanismTests";
    private const string Forms = "Auth.FormSignatureTests Auth.VerifiedRequestTests";
    private const string Bodies = "Bodies.AwsStreamingVectorTests Bodies.BodyRejectionTests Bodies.RequestBodyTests Bodies.ChunkedBodyPropertyTests Bodies.KestrelBodyTests";
    private const string Lists = "Api.AclTests Access.OwnershipControlsTests Access.PublicAccessBlockTests";
    private const string Access = "Auth.AccessRulesTests Access.AuthorizationAttackTests Access.PolicyAttackTests Access.BucketPolicyTests Access.CopiedTagsTests Access.CreateBucketRightsTests " + Lists;
    private const string Versions = "Api.MemoryVersioningTests Api.MemoryVersionSubresourceTests Api.MemoryCopyTests Api.MemoryObjectWriteTests";

    [Fact]
    public Task Every_change_of_the_heart_of_the_policy_engine_is_noticed()
        => NoticeAsync(["Policies.PolicyDocument.Decide", "Policies.PolicyStatement.Match", "Policies.PolicyPatterns.Matches"], "Policies.PolicyDocumentTests Policies.PolicyParserTests", workers: 1);

    [Fact]
    public Task Every_change_of_the_heart_of_the_signer_is_noticed() => NoticeAsync(["Auth.SignatureV4.Matches"], "Auth.AwsExampleTests Auth.FormSignatureTests", workers: 1);

    [Theory(Explicit = true)]
    [InlineData("Auth.SignatureV4.", Signer)]
    [InlineData("Auth.SignatureV4Header.", Signer)]
    [InlineData("Auth.SignedHeaderList.", Signer)]
    [InlineData("Auth.CanonicalRequest.", Signer)]
    [InlineData("Auth.SignatureV4Query.", Signer)]
    [InlineData("Auth.PayloadDeclaration.", Signer)]
    [InlineData("Auth.SignatureV2.", Signer)]
    [InlineData("Auth.CredentialScope.", Signer)]
    [InlineData("Auth.AuthMechanisms.", Signer)]
    [InlineData("Auth.RequestTime.", Signer)]
    [InlineData("Auth.SigningKeyCache.", Forms)]
    [InlineData("Auth.FormSignature.", Forms)]
    [InlineData("Auth.VerifiedRequest.", Signer + " " + Forms + " QueryApi.StsTests Api.MemoryPostObjectTests Api.PostObjectAttackTests")]
    [InlineData("Identities.SessionTokens.", "Identities.SessionTokensTests")]
    public Task Every_change_of_the_signer_is_noticed(string area, string tests) => NoticeAsync([area], tests);

    [Theory(Explicit = true)]
    [InlineData("Auth.ChunkSignatures.", Bodies)]
    [InlineData("Bodies.VerifiedStream.", Bodies)]
    [InlineData("Bodies.AwsChunkedFraming.", Bodies)]
    [InlineData("Bodies.ChunkHeader.", Bodies)]
    [InlineData("Bodies.ChunkTrailers.", Bodies)]
    [InlineData("Bodies.RequestBody.", Bodies)]
    [InlineData("Bodies.BodyDigests.", Bodies + " Api.UnnamedAlgorithmTests")]
    [InlineData("Bodies.BodyPromises.", Bodies)]
    public Task Every_change_of_what_verifies_bodies_is_noticed(string area, string tests) => NoticeAsync([area], tests);

    [Theory(Explicit = true)]
    [InlineData("Policies.PolicyParser.", Policy)]
    [InlineData("Policies.PolicyWords.", Policy)]
    [InlineData("Policies.PrincipalReader.", Policy)]
    [InlineData("Policies.BucketPolicyRules.", Policy)]
    [InlineData("Policies.PolicyDocument.", Policy)]
    [InlineData("Policies.PolicyStatement.", Policy)]
    [InlineData("Policies.PolicyPrincipals.", Policy + " QueryApi.PrincipalBindingTests")]
    [InlineData("Policies.PolicyCaller.", Policy)]
    [InlineData("Policies.PolicyCondition.", Policy)]
    [InlineData("Policies.Glob.", Policy)]
    [InlineData("Policies.PolicyPattern", Policy)]
    [InlineData("Policies.PublicPolicy.", Policy)]
    [InlineData("Policies.ConditionOperator.", Policy)]
    [InlineData("Policies.ConditionValue.", Policy)]
    [InlineData("Policies.ConditionKey.", Policy)]
    public Task Every_change_of_the_policy_engine_is_noticed(string area, string tests) => NoticeAsync([area], tests);

    [Theory(Explicit = true)]
    [InlineData("Auth.AccessRules.", "Auth.AccessRulesTests")]
    [InlineData("Auth.AccessQuestion.", Access)]
    [InlineData("Auth.PrincipalPolicies.", "Auth.AccessRulesTests")]
    [InlineData("Auth.PolicyCallers.", "Auth.AccessRulesTests Access.ConditionKeyTests")]
    [InlineData("Auth.Authorizer.", Access + " Access.ConditionKeyTests Api.AccessTableTests " + Versions)]
    [InlineData("Auth.RequesterPays.", "Configurations.DocumentRuleTests")]
    [InlineData("Auth.RequestConditionKeys.", "Auth.RequestConditionKeysTests")]
    [InlineData("Auth.CallerConditionKeys.", "Auth.CallerConditionKeysTests")]
    [InlineData("Auth.DocumentFacts.", "Auth.RequestConditionKeysTests")]
    [InlineData("Policies.BucketAccess.", Access)]
    [InlineData("Acl.AclRules.", Lists + " Auth.AccessRulesTests Access.AuthorizationAttackTests Api.AccessTableTests")]
    [InlineData("Acl.CannedAcl.", Lists)]
    [InlineData("Acl.AclReader.", Lists)]
    [InlineData("Acl.AclRequest.", Lists)]
    [InlineData("Acl.AclLimits.", Lists)]
    [InlineData("Configurations.PublicAccessBlock.", Lists)]
    [InlineData("Configurations.OwnershipControls.", Lists)]
    public Task Every_change_of_the_authoriser_is_noticed(string area, string tests) => NoticeAsync([area], tests);

    private async Task NoticeAsync(string[] methods, string tests, int workers = 2)
    {
        var classes = tests.Split(' ').Select(name => "BleepStore.Tests." + name).ToArray();
        using var lines = new SourceLines(typeof(PolicyDocument).Assembly.Location);
        var mutants = IlMutant.Find(MutantRun.Server, lines, name => methods.Any(part => name.StartsWith("BleepStore.Api." + part, StringComparison.Ordinal)));
        mutants.ShouldNotBeEmpty();
        var left = new ConcurrentQueue<IlMutant>(mutants);
        var survivors = (await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => TryAsync(left, classes)))).SelectMany(list => list).ToList();
        var unexplained = survivors.Where(mutant => !ExplainedMutants.All.ContainsKey(mutant.Name)).Select(mutant => $"{mutant.Name} ({mutant.Source})").Order(StringComparer.Ordinal).ToList();
        output.WriteLine($"{string.Join(' ', methods)} {mutants.Count} changes, {mutants.Count - survivors.Count} noticed, {survivors.Count - unexplained.Count} explained");
        string.Join('\n', unexplained).ShouldBeEmpty();
    }

    /// <summary>Tries changes until none is left, and gives those that nothing noticed.</summary>
    private async Task<List<IlMutant>> TryAsync(ConcurrentQueue<IlMutant> left, string[] classes)
    {
        await using var process = new MutantProcess(classes);
        await process.StartAsync(TestContext.Current.CancellationToken);
        process.Cases.Passed.Count.ShouldBeGreaterThan(0);
        process.Cases.LeftOut.Count.ShouldBeLessThanOrEqualTo(process.Cases.Passed.Count / 10, string.Join(' ', process.Cases.LeftOut));
        var survivors = new List<IlMutant>();
        while (left.TryDequeue(out var mutant))
        {
            if (await process.TryAsync(mutant, TestContext.Current.CancellationToken) is not { } noticed)
            {
                survivors.Add(mutant);
            }
            else if (noticed == MutantProcess.End)
            {
                output.WriteLine($"{mutant.Name}: {noticed}");
            }
        }

        output.WriteLine($"{process.Cases.Passed.Count} cases, left out: {string.Join(' ', process.Cases.LeftOut)}; a process of {process.Largest >> 20} MiB");
        return survivors;
    }
}
