using BleepStore.Api.Policies;

namespace BleepStore.Tests.Policies;

/// <summary>What is no policy, and the sentence it is refused with.</summary>
public sealed class PolicyParserTests
{
    private const string Rest = "'Effect':'Allow','Principal':'*','Action':'s3:GetObject','Resource':'arn:aws:s3:::bucket/*'";

    public static TheoryData<string, string> BucketRefusals => new()
    {
        { "", "Policies must be valid JSON and the first byte must be '{'" },
        { " {}", "Policies must be valid JSON and the first byte must be '{'" },
        { "[]", "Policies must be valid JSON and the first byte must be '{'" },
        { "{", "This policy contains invalid Json" },
        { "{'Statement':[{},]}", "This policy contains invalid Json" },
        { "{'Version':'2012-10-17','Version':'2012-10-17','Statement':{" + Rest + "}}", "This policy contains invalid Json" },
        { "{'Statement':{" + Rest + ",'Condition':{'StringEquals':{'aws:Referer':[[[[[[[[[['x']]]]]]]]]]}}}}", "This policy contains invalid Json" },
        { "{'Id':'\\ud800','Statement':{" + Rest + "}}", "This policy contains invalid Json" },
        { "{}", "Missing required field Statement" },
        { "{'Statement':[]}", "Could not parse the policy: Statement is empty!" },
        { "{'Statement':'x'}", "Invalid policy syntax." },
        { "{'Statement':[[]]}", "Invalid policy syntax." },
        { "{'Version':'2013-10-17','Statement':{" + Rest + "}}", "The policy must contain a valid version string" },
        { "{'Version':2012,'Statement':{" + Rest + "}}", "Invalid policy syntax." },
        { "{'Statement':{" + Rest + "},'Colour':'red'}", "Unknown field Colour" },
        { "{'Statement':{" + Rest + ",'effect':'Allow'}}", "Unknown field effect" },
        { Without("'Effect':'Allow',"), "Missing required field Effect" },
        { Without("'Principal':'*',"), "Missing required field Principal" },
        { Without("'Action':'s3:GetObject',"), "Missing required field Action" },
        { Without(",'Resource':'arn:aws:s3:::bucket/*'"), "Missing required field Resource" },
        { With("'Allow'", "'allow'"), "Invalid effect: allow" },
        { With("'s3:GetObject'", "[]"), "Invalid policy syntax." },
        { With("'s3:GetObject'", "['s3:GetObject',1]"), "Invalid policy syntax." },
        { With("'Action':'s3:GetObject'", "'Action':'s3:GetObject','NotAction':'s3:GetObject'"), "Invalid policy syntax." },
        { With("'s3:GetObject'", "'s3:GetObjekt'"), "Policy has invalid action" },
        { With("'s3:GetObject'", "'s3:Fetch*'"), "Policy has invalid action" },
        { With("'s3:GetObject'", "'ec2:RunInstances'"), "Policy has invalid action" },
        { With("'s3:GetObject'", "'GetObject'"), "Policy has invalid action" },
        { With("'s3:GetObject'", "''"), "Policy has invalid action" },
        { With("'Action':'s3:GetObject'", "'Action':\"s3:${aws:username, 'GetObject'}\"").Replace("'GetObject'", "\\u0027GetObject\\u0027", StringComparison.Ordinal), "Policy has invalid action" },
        { With("arn:aws:s3:::bucket/*", "bucket/*"), "Policy has invalid resource" },
        { With("arn:aws:s3:::bucket/*", "arn:aws:s3:::other/*"), "Policy has invalid resource" },
        { With("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucketx/*"), "Policy has invalid resource" },
        { With("arn:aws:s3:::bucket/*", "arn:aws:sqs:::bucket/*"), "Policy has invalid resource" },
        { With("arn:aws:s3:::bucket/*", "arn:aws:s3:::BUCKET/*"), "Policy has invalid resource" },
        { With("arn:aws:s3:::bucket/*", "arn:aws:s3:::${aws:username, \\u0027bucket\\u0027}/*"), "Policy has invalid resource" },
        { With("'arn:aws:s3:::bucket/*'", "['arn:aws:s3:::bucket/*','arn:aws:s3:::other/*']"), "Policy has invalid resource" },
        { With("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket"), "Action does not apply to any resource(s) in statement" },
        { With("'s3:GetObject'", "'s3:ListBucket'"), "Action does not apply to any resource(s) in statement" },
        { With("'s3:GetObject'", "['s3:GetObject','s3:GetBucketAcl']"), "Action does not apply to any resource(s) in statement" },
        { With("'s3:GetObject'", "'s3:ListAllMyBuckets'"), "Action does not apply to any resource(s) in statement" },
        { With("'*'", "'everybody'"), "Invalid principal in policy" },
        { With("'*'", "['*']"), "Invalid principal in policy" },
        { With("'*'", "{}"), "Invalid principal in policy" },
        { With("'*'", "{'AWS':[]}"), "Invalid principal in policy" },
        { With("'*'", "{'AWS':{}}"), "Invalid principal in policy" },
        { With("'*'", "{'AWS':''}"), "Invalid principal in policy" },
        { With("'*'", "{'Amazon':'111122223333'}"), "Invalid principal in policy" },
        { With("'*'", "{'AWS':'arn:aws:iam::111122223333:user/*'}"), "Invalid principal in policy" },
        { With("'*'", "{'AWS':'arn:aws:iam::111122223333:user/a?b'}"), "Invalid principal in policy" },
        { With("'*'", "{'AWS':'arn:aws:iam::111122223333:group/g'}"), "Invalid principal in policy" },
        { With("'*'", "{'AWS':'arn:aws:iam::111122223333:user/ann\\n'}"), "Invalid principal in policy" },
        { With("'*'", "{'AWS':'arn:aws:s3:::bucket'}"), "Invalid principal in policy" },
        { With("'*'", "{'Service':'*'}"), "Invalid principal in policy" },
        { With("'*'", "{'Service':'example.org'}"), "Invalid principal in policy" },
        { With("'*'", "{'Federated':''}"), "Invalid principal in policy" },
        { With("'Principal':'*'", "'Principal':'*','NotPrincipal':'*'"), "Invalid policy syntax." },
        { With("'Principal':'*'", "'NotPrincipal':{'AWS':'111122223333'}"), "Allow with NotPrincipal is not allowed." },
        { Condition("'StringIs':{'aws:Referer':'x'}"), "Invalid Condition type : StringIs" },
        { Condition("'StringEquals':{'aws:Refferer':'x'}"), "Policy has an invalid condition key" },
        { Condition("'StringEquals':{'s3:ExistingObjectTag/':'x'}"), "Policy has an invalid condition key" },
        { Condition("'StringEquals':{'prefix':'x'}"), "Policy has an invalid condition key" },
        { Condition("'StringEquals':{'s3:prefix':'x'}"), "Conditions do not apply to combination of actions and resources in statement" },
        { Condition("'StringEquals':'x'"), "Invalid policy syntax." },
        { Condition("'StringEquals':{'aws:Referer':{}}"), "Invalid policy syntax." },
        { Condition("'StringEquals':{'aws:Referer':null}"), "Invalid policy syntax." },
        { Condition("'IpAddress':{'aws:SourceIp':'everywhere'}"), "Invalid Condition value : everywhere" },
    };

    [Theory]
    [MemberData(nameof(BucketRefusals))]
    public void A_bucket_policy_that_is_none_is_refused_in_the_words_of_S3(string json, string message)
        => Should.Throw<PolicyException>(() => PolicyDocument.Parse(json.Replace('\'', '"').Replace("\"{\"", "'{'", StringComparison.Ordinal), PolicyKind.Bucket, "bucket")).Message.ShouldBe(message);

    [Theory]
    [InlineData("'Resource':'arn:aws:s3:::bucket/*'", "'Resource':'*'")]
    [InlineData("'Resource':'arn:aws:s3:::bucket/*'", "'Resource':'arn:aws:s3:::*'")]
    [InlineData("'Resource':'arn:aws:s3:::bucket/*'", "'Resource':['arn:aws:s3:::*','arn:aws:s3:::*/*']")]
    [InlineData("'Resource':'arn:aws:s3:::bucket/*'", "'Resource':'arn:aws:s3:::buck*'")]
    [InlineData("'Resource':'arn:aws:s3:::bucket/*'", "'Resource':'arn:aws:s3:::b?cket/${aws:username}/*'")]
    [InlineData("'Resource':'arn:aws:s3:::bucket/*'", "'NotResource':'arn:aws:s3:::bucket/x'")]
    [InlineData("'Action':'s3:GetObject'", "'Action':'s3:*'")]
    [InlineData("'Action':'s3:GetObject'", "'Action':'*'")]
    [InlineData("'Action':'s3:GetObject'", "'NotAction':'s3:ListBucket'")]
    [InlineData("'Action':'s3:GetObject'", "'Action':['s3:Get*','S3:PUTOBJECT']")]
    [InlineData("'Principal':'*'", "'Sid':'Any text, with spaces.','Principal':{'AWS':'arn:aws:iam::111122223333:user/path/to/ann'}")]
    [InlineData("'Principal':'*'", "'Principal':{'Service':'logging.s3.amazonaws.com'}")]
    [InlineData("'Principal':'*'", "'Principal':{'AWS':['111122223333','79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be']}")]
    [InlineData("'Principal':'*'", "'Principal':'*','Condition':{}")]
    [InlineData("'Principal':'*'", "'Principal':'*','Condition':{'Bool':{'aws:SecureTransport':false},'NumericLessThan':{'s3:signatureAge':600000}}")]
    [InlineData("'Principal':'*'", "'Principal':'*','Condition':{'StringLikeIfExists':{'aws:Referer':['http://a/*','']}}")]
    [InlineData("'Principal':'*'", "'Principal':{'Federated':'x'}")]
    [InlineData("'Action':'s3:GetObject','Resource':'arn:aws:s3:::bucket/*'", "'Action':'s3:ListBucket','Resource':'arn:aws:s3:::bucket','Condition':{'StringEquals':{'s3:prefix':'a'}}")]
    [InlineData("'Action':'s3:GetObject','Resource':'arn:aws:s3:::bucket/*'", "'Action':'s3:ListBucketVersions','Resource':'arn:aws:s3:::bucket','Condition':{'StringEquals':{'s3:prefix':'a'}}")]
    public void What_S3_takes_is_taken(string text, string instead)
        => PolicyDocument.Parse(With(text, instead).Replace('\'', '"'), PolicyKind.Bucket, "bucket").Statements.Length.ShouldBe(1);

    [Theory]
    [InlineData("{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Principal':'*'}}", "Policy document should not specify a principal.")]
    [InlineData("{'Statement':{'Effect':'Allow','Resource':'*'}}", "Policy statement must contain actions.")]
    [InlineData("{'Statement':{'Effect':'Allow','Action':'s3:*'}}", "Policy statement must contain resources.")]
    [InlineData("{'Statement':{'Effect':'Allow','Action':[],'Resource':'*'}}", "Policy statement must contain actions.")]
    [InlineData("{'Statement':{'Effect':'Allow','Action':'s3:*','NotResource':[]}}", "Policy statement must contain resources.")]
    [InlineData("{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','NotResource':[]}}", "Syntax errors in policy.")]
    [InlineData("{'Statement':{'Effect':'Allow','Action':'GetObject','Resource':'*'}}", "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")]
    [InlineData("{'Statement':{'Effect':'Allow','Action':':GetObject','Resource':'*'}}", "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")]
    [InlineData("{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'Bool':{':SecureTransport':'true'}}}}", "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")]
    [InlineData("{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'bucket'}}", "Resource bucket must be in ARN format or \"*\".")]
    [InlineData("{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'Bool':{'SecureTransport':'true'}}}}", "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")]
    [InlineData("{'Statement':{'Sid':'a b','Effect':'Allow','Action':'s3:*','Resource':'*'}}", "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*")]
    [InlineData("{'Statement':[{'Sid':'a','Effect':'Allow','Action':'s3:*','Resource':'*'},{'Sid':'a','Effect':'Allow','Action':'s3:*','Resource':'*'}]}", "Statement IDs (SID) in a single policy must be unique.")]
    [InlineData("{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','More':1}}", "Syntax errors in policy.")]
    [InlineData("{", "Syntax errors in policy.")]
    [InlineData("no", "Syntax errors in policy.")]
    public void An_identity_policy_that_is_none_is_refused_in_the_words_of_IAM(string json, string message)
        => Should.Throw<PolicyException>(() => PolicyDocument.Parse(json.Replace('\'', '"'), PolicyKind.Identity)).Message.ShouldBe(message);

    [Fact]
    public void The_policy_of_a_session_is_as_an_identitys()
    {
        const string statement = "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*'PRINCIPAL}}";
        PolicyDocument.Parse(statement.Replace("PRINCIPAL", "", StringComparison.Ordinal).Replace('\'', '"'), PolicyKind.Session).Statements.Length.ShouldBe(1);
        Should.Throw<PolicyException>(() => PolicyDocument.Parse(statement.Replace("PRINCIPAL", ",'Principal':'*'", StringComparison.Ordinal).Replace('\'', '"'), PolicyKind.Session))
            .Message.ShouldBe("Policy document should not specify a principal.");
        Should.Throw<PolicyException>(() => PolicyDocument.Parse(statement.Replace("'s3:*'", "[]", StringComparison.Ordinal).Replace("PRINCIPAL", "", StringComparison.Ordinal).Replace('\'', '"'), PolicyKind.Session))
            .Message.ShouldBe("Policy statement must contain actions.");
    }

    [Theory]
    [InlineData("Bucket", "Twice Twice", true)]
    [InlineData("Identity", "a b", true)]
    [InlineData("Identity", "a a", false)]
    public void Statement_ids_of_an_identity_are_each_there_once(string kindName, string sids, bool isTaken)
    {
        var kind = Enum.Parse<PolicyKind>(kindName);
        var principal = kind == PolicyKind.Bucket ? ",\"Principal\":\"*\"" : "";
        var statements = sids.Split(' ').Select(sid => $$"""{"Sid":"{{sid}}","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/*"{{principal}}}""");
        var json = $$"""{"Statement":[{{string.Join(',', statements)}}]}""";
        if (isTaken)
        {
            PolicyDocument.Parse(json, kind).Statements.Length.ShouldBe(2);
        }
        else
        {
            Should.Throw<PolicyException>(() => PolicyDocument.Parse(json, kind));
        }
    }

    [Theory]
    [InlineData("{'AWS':'111122223333'}", false)]
    [InlineData("{'AWS':'alice'}", true)]
    [InlineData("{'CanonicalUser':'111122223333'}", true)]
    [InlineData("{'CanonicalUser':'alice'}", true)]
    public void An_account_is_named_by_its_number_or_by_its_canonical_id(string principal, bool isCanonicalId)
        => PolicyDocument.Parse(With("'*'", principal).Replace('\'', '"'), PolicyKind.Bucket).Statements[0].Principals!.Entries.ShouldHaveSingleItem().IsCanonicalId.ShouldBe(isCanonicalId);

    [Fact]
    public void A_variable_in_an_action_stands_for_nothing()
    {
        const string json = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:${aws:username}","Resource":"*"}}""";
        PolicyDocument.Parse(json, PolicyKind.Identity).Decide(new PolicyQuestion("s3:GetObject", "arn:aws:s3:::b/k", PolicyCaller.Anonymous, new TestKeys("aws:username=GetObject")))
            .ShouldBe(PolicyDecision.None);
    }

    [Fact]
    public void The_ARN_of_a_bucket_has_no_slash_and_that_of_an_object_its_whole_key()
    {
        BucketPolicyRules.Arn("bucket", key: null).ShouldBe("arn:aws:s3:::bucket");
        BucketPolicyRules.Arn("bucket", "a/é").ShouldBe("arn:aws:s3:::bucket/a/é");
    }

    [Theory]
    [InlineData("x", 1)]
    [InlineData("\u007f", 1)]
    [InlineData("é", 2)]
    [InlineData("\u07ff", 2)]
    [InlineData("\u0800", 3)]
    [InlineData("€", 3)]
    [InlineData("😀", 4)]
    public void The_size_of_a_policy_is_in_bytes(string character, int bytes)
    {
        var filling = new string('x', BucketPolicyRules.MaxBytes - bytes - 2);
        Should.NotThrow(() => BucketPolicyRules.CheckSize($"\"{character}{filling}\""));
        Should.Throw<PolicyException>(() => BucketPolicyRules.CheckSize($"\"{character}{filling}x\""));
    }

    [Fact]
    public void A_trust_policy_names_principals_and_no_resource()
    {
        const string trust = "{'Version':'2012-10-17','Statement':{'Effect':'Allow','Principal':{'AWS':'111122223333'},'Action':'sts:AssumeRole'}}";
        var policy = PolicyDocument.Parse(trust.Replace('\'', '"'), PolicyKind.Trust);
        var caller = new PolicyCaller { AccountIds = ["111122223333"], Arn = "arn:aws:iam::111122223333:root", IsAccountRoot = true };
        policy.Decide(new PolicyQuestion("sts:AssumeRole", "", caller, NoConditionKeys.Instance)).ShouldBe(PolicyDecision.Allow);
        policy.Decide(new PolicyQuestion("sts:AssumeRole", "", PolicyCaller.Anonymous, NoConditionKeys.Instance)).ShouldBe(PolicyDecision.None);
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(1, 0, false)]
    [InlineData(0, 9000, true)]
    [InlineData(1, 9000, false)]
    public void The_size_of_a_policy_is_that_without_the_white_space_between_its_elements(int over, int spaces, bool isTaken)
    {
        // Within a text white space counts, also behind an escaped quote.
        var text = "{\"Id\":\"a \\\" b\\\\\"," + new string(' ', spaces) + "\"Statement\":\"";
        var size = text.Length - spaces + 2;
        var whole = text + new string(' ', BucketPolicyRules.MaxBytes - size + over) + "\"}";
        if (isTaken)
        {
            Should.NotThrow(() => BucketPolicyRules.CheckSize(whole));
        }
        else
        {
            Should.Throw<PolicyException>(() => BucketPolicyRules.CheckSize(whole)).Message.ShouldBe("Policy exceeds the maximum allowed document size.");
        }
    }

    [Fact]
    public void Every_name_of_an_action_is_there_once_and_applies_to_something_or_to_accounts()
        => S3Actions.All.Count(action => action.Value != ActionTarget.None).ShouldBeGreaterThan(90);

    private static string With(string text, string instead) => "{'Version':'2012-10-17','Statement':[{" + Rest.Replace(text, instead, StringComparison.Ordinal) + "}]}";

    private static string Without(string text) => With(text, "");

    private static string Condition(string condition) => "{'Version':'2012-10-17','Statement':[{" + Rest + ",'Condition':{" + condition + "}}]}";
}
