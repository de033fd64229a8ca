using BleepStore.Api.Policies;

namespace BleepStore.Tests.Policies;

/// <summary>What a policy says to a question: effects, actions, resources and principals, plain and negated.</summary>
public sealed class PolicyDocumentTests
{
    private const string Number = "111122223333";

    private static readonly PolicyCaller Root = new() { AccountIds = ["canonical", Number], Arn = $"arn:aws:iam::{Number}:root", IsAccountRoot = true };
    private static readonly PolicyCaller Ann = new() { AccountIds = ["canonical", Number], Arn = $"arn:aws:iam::{Number}:user/ann" };
    private static readonly PolicyCaller Stranger = new() { AccountIds = ["other", "444455556666"], Arn = "arn:aws:iam::444455556666:user/ann" };

    private static readonly PolicyCaller Session = new()
    {
        AccountIds = ["canonical", Number],
        Arn = $"arn:aws:sts::{Number}:assumed-role/reader/run",
        IssuerArn = $"arn:aws:iam::{Number}:role/reader",
    };

    [Theory]
    [InlineData("'Action':'s3:GetObject'", "s3:GetObject", true)]
    [InlineData("'Action':'S3:getobject'", "s3:GetObject", true)]
    [InlineData("'Action':'s3:Get*'", "s3:GetObjectAcl", true)]
    [InlineData("'Action':'s3:Get*'", "s3:PutObject", false)]
    [InlineData("'Action':'s3:GetObject?cl'", "s3:GetObjectAcl", true)]
    [InlineData("'Action':['s3:PutObject','s3:GetObject']", "s3:GetObject", true)]
    [InlineData("'Action':'*'", "s3:GetObject", true)]
    [InlineData("'NotAction':'s3:Delete*'", "s3:GetObject", true)]
    [InlineData("'NotAction':'s3:Delete*'", "s3:DeleteObject", false)]
    [InlineData("'NotAction':['s3:GetObject','s3:Delete*']", "s3:GetObject", false)]
    public void An_action_fits_its_patterns(string actions, string action, bool isExpected)
        => Decide($"{{'Effect':'Allow','Principal':'*',{actions},'Resource':'*'}}", Ann, action: action).ShouldBe(isExpected ? PolicyDecision.Allow : PolicyDecision.None);

    [Theory]
    [InlineData("'Resource':'arn:aws:s3:::b/*'", "arn:aws:s3:::b/a/b", true)]
    [InlineData("'Resource':'arn:aws:s3:::b/*'", "arn:aws:s3:::b/", true)]
    [InlineData("'Resource':'arn:aws:s3:::b/*'", "arn:aws:s3:::b", false)]
    [InlineData("'Resource':'arn:aws:s3:::b/A*'", "arn:aws:s3:::b/a1", false)]
    [InlineData("'Resource':'arn:aws:s3:::b/*/secret'", "arn:aws:s3:::b/x/y/secret", true)]
    [InlineData("'Resource':'arn:aws:s3:::b/????'", "arn:aws:s3:::b/four", true)]
    [InlineData("'Resource':'arn:aws:s3:::b/????'", "arn:aws:s3:::b/three", false)]
    [InlineData("'Resource':'arn:aws:s3:::b/${aws:username}/*'", "arn:aws:s3:::b/ann/x", true)]
    [InlineData("'Resource':'arn:aws:s3:::b/${aws:username}/*'", "arn:aws:s3:::b/bob/x", false)]
    [InlineData("'NotResource':'arn:aws:s3:::b/secret/*'", "arn:aws:s3:::b/open", true)]
    [InlineData("'NotResource':'arn:aws:s3:::b/secret/*'", "arn:aws:s3:::b/secret/x", false)]
    public void A_resource_fits_its_patterns(string resources, string resource, bool isExpected)
        => Decide($"{{'Effect':'Allow','Principal':'*','Action':'s3:GetObject',{resources}}}", Ann, resource: resource).ShouldBe(isExpected ? PolicyDecision.Allow : PolicyDecision.None);

    [Fact]
    public void A_username_that_looks_like_a_wildcard_opens_no_other_home()
    {
        var statement = "{'Effect':'Allow','Principal':'*','Action':'s3:GetObject','Resource':'arn:aws:s3:::b/home/${aws:username}/*'}";
        Decide(statement, Ann, resource: "arn:aws:s3:::b/home/bob/x", keys: new TestKeys("aws:username=*")).ShouldBe(PolicyDecision.None);
        Decide(statement, Ann, resource: "arn:aws:s3:::b/home/*/x", keys: new TestKeys("aws:username=*")).ShouldBe(PolicyDecision.Allow);
    }

    [Fact]
    public void A_denial_wins_wherever_it_stands()
    {
        const string allow = "{'Effect':'Allow','Principal':'*','Action':'s3:*','Resource':'*'}";
        const string deny = "{'Effect':'Deny','Principal':{'AWS':'111122223333'},'Action':'s3:GetObject','Resource':'*'}";
        Decide($"[{allow},{deny}]", Ann).ShouldBe(PolicyDecision.Deny);
        Decide($"[{deny},{allow}]", Ann).ShouldBe(PolicyDecision.Deny);
        Decide($"[{deny},{allow}]", Root).ShouldBe(PolicyDecision.Deny);
        Decide($"[{deny},{allow}]", Stranger).ShouldBe(PolicyDecision.Allow);
        Decide($"[{deny},{allow}]", Ann, action: "s3:PutObject").ShouldBe(PolicyDecision.Allow);
    }

    [Theory]
    [InlineData("'*'", "all")]
    [InlineData("{'AWS':'*'}", "all")]
    [InlineData("{'AWS':['*']}", "all")]
    [InlineData("{'AWS':'111122223333'}", "root, ann through account, session through account")]
    [InlineData("{'AWS':'arn:aws:iam::111122223333:root'}", "root, ann through account, session through account")]
    [InlineData("{'AWS':'canonical'}", "root, ann through account, session through account")]
    [InlineData("{'CanonicalUser':'canonical'}", "root, ann through account, session through account")]
    [InlineData("{'AWS':'arn:aws:iam::111122223333:user/ann'}", "ann")]
    [InlineData("{'AWS':['arn:aws:iam::111122223333:user/bob','arn:aws:iam::111122223333:user/ann']}", "ann")]
    [InlineData("{'AWS':['111122223333','arn:aws:iam::111122223333:user/ann']}", "root, ann, session through account")]
    [InlineData("{'AWS':'arn:aws:iam::111122223333:role/reader'}", "session")]
    [InlineData("{'AWS':'arn:aws:sts::111122223333:assumed-role/reader/run'}", "session")]
    [InlineData("{'AWS':'arn:aws:sts::111122223333:assumed-role/reader/other'}", "")]
    [InlineData("{'Service':'logging.s3.amazonaws.com'}", "")]
    [InlineData("{'Federated':'cognito-identity.amazonaws.com'}", "")]
    [InlineData("{'AWS':'444455556666','CanonicalUser':'canonical'}", "root, ann through account, session through account, stranger through account")]
    public void A_principal_names_whom_it_names(string principal, string expected)
    {
        var statement = $"{{'Effect':'Allow','Principal':{principal},'Action':'s3:*','Resource':'*'}}";
        var found = new (string Name, PolicyCaller Caller)[]
            { ("root", Root), ("ann", Ann), ("session", Session), ("stranger", Stranger), ("anonymous", PolicyCaller.Anonymous) }
            .Select(who => (who.Name, Decision: Decide(statement, who.Caller)))
            .Where(who => who.Decision != PolicyDecision.None)
            .Select(who => who.Decision == PolicyDecision.AllowAccount ? who.Name + " through account" : who.Name);
        string.Join(", ", found).ShouldBe(expected == "all" ? "root, ann, session, stranger, anonymous" : expected);
    }

    [Theory]
    [InlineData("{'AWS':'arn:aws:iam::111122223333:user/ann'}", "root, session, stranger, anonymous")]
    [InlineData("{'AWS':'111122223333'}", "ann, session, stranger, anonymous")]
    [InlineData("{'AWS':['111122223333','arn:aws:iam::111122223333:user/ann','arn:aws:iam::111122223333:role/reader']}", "stranger, anonymous")]
    [InlineData("'*'", "")]
    public void NotPrincipal_denies_all_it_does_not_name(string principal, string expected)
    {
        var statement = $"{{'Effect':'Deny','NotPrincipal':{principal},'Action':'s3:*','Resource':'*'}}";
        var denied = new (string Name, PolicyCaller Caller)[]
            { ("root", Root), ("ann", Ann), ("session", Session), ("stranger", Stranger), ("anonymous", PolicyCaller.Anonymous) }
            .Where(who => Decide(statement, who.Caller) == PolicyDecision.Deny).Select(who => who.Name);
        string.Join(", ", denied).ShouldBe(expected);
    }

    [Fact]
    public void All_conditions_of_a_statement_have_to_hold()
    {
        const string statement = "{'Effect':'Allow','Principal':'*','Action':'s3:*','Resource':'*','Condition':{'StringEquals':{'aws:Referer':'r','aws:UserAgent':['u','v']},'Bool':{'aws:SecureTransport':true}}}";
        PolicyDecision Ask(params string[] keys) => Decide(statement, Ann, keys: new TestKeys(keys));
        Ask("aws:Referer=r", "aws:UserAgent=v", "aws:SecureTransport=true").ShouldBe(PolicyDecision.Allow);
        Ask("aws:Referer=r", "aws:UserAgent=v", "aws:SecureTransport=false").ShouldBe(PolicyDecision.None);
        Ask("aws:Referer=r", "aws:UserAgent=w", "aws:SecureTransport=true").ShouldBe(PolicyDecision.None);
        Ask("aws:UserAgent=v", "aws:SecureTransport=true").ShouldBe(PolicyDecision.None);
    }

    [Fact]
    public void A_long_pattern_of_asterisks_is_answered_soon()
    {
        var pattern = "arn:aws:s3:::b/" + string.Concat(Enumerable.Repeat("*a", 5000)) + "b";
        var watch = TimeProvider.System.GetTimestamp();
        Decide($"{{'Effect':'Allow','Principal':'*','Action':'s3:GetObject','Resource':'{pattern}'}}", Ann, resource: "arn:aws:s3:::b/" + new string('a', 1024)).ShouldBe(PolicyDecision.None);
        TimeProvider.System.GetElapsedTime(watch).ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    private static PolicyDecision Decide(
        string statement, PolicyCaller caller, string action = "s3:GetObject", string resource = "arn:aws:s3:::b/k", IConditionKeys? keys = null)
        => PolicyDocument.Parse($"{{'Version':'2012-10-17','Statement':{statement}}}".Replace('\'', '"'), PolicyKind.Bucket)
            .Decide(new PolicyQuestion(action, resource, caller, keys ?? new TestKeys("aws:username=ann")));
}
