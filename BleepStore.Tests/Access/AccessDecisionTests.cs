using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Identities;
using BleepStore.Tests.Api;
using BleepStore.Tests.Golden;
using static BleepStore.Tests.Access.PolicyBed;

namespace BleepStore.Tests.Access;

/// <summary>Who may read an object, for every mixture of identity policy, session policy, bucket policy and list: a table to be read.</summary>
public sealed class AccessDecisionTests : IAsyncLifetime
{
    private const string AllowGet = "{'Effect':'Allow','Action':'s3:GetObject','Resource':'*'}";
    private const string DenyGet = "{'Effect':'Deny','Action':'s3:GetObject','Resource':'*'}";
    private const string AllowPut = "{'Effect':'Allow','Action':'s3:PutObject','Resource':'*'}";

    private static readonly (string Name, Credential? Who)[] Callers =
    [
        ("owner", S3TestHost.Alice), ("owner's user", AttackHost.Powerless), ("other account", S3TestHost.Bob), ("other's user", AttackHost.Stranger), ("anonymous", null),
    ];

    private static readonly (string Name, string[] Identity, string[]? Session)[] Identities =
    [
        ("no identity policy", [], null), ("identity allows", [AllowGet], null), ("identity denies", [AllowGet, DenyGet], null),
        ("session allows", [AllowGet], [AllowGet]), ("session is silent", [AllowGet], [AllowPut]), ("session alone allows", [], [AllowGet]), ("session denies", [AllowGet], [AllowGet, DenyGet]),
    ];

    private static readonly (string Name, string[] Statements)[] BucketPolicies =
    [
        ("no policy", []),
        ("allows everybody", [Allow("'*'", "s3:GetObject", "BUCKET/*")]),
        ("allows both accounts", [Allow("{'AWS':['alice','bob']}", "s3:GetObject", "BUCKET/*")]),
        ("allows both users", [Allow("{'AWS':['arn:aws:iam::111111111111:user/powerless','arn:aws:iam::222222222222:user/stranger']}", "s3:GetObject", "BUCKET/*")]),
        ("denies everybody", [Allow("'*'", "s3:GetObject", "BUCKET/*"), Deny("'*'", "s3:GetObject", "BUCKET/*")]),
        ("denies other account", [Allow("'*'", "s3:GetObject", "BUCKET/*"), Deny("{'AWS':'bob'}", "s3:GetObject", "BUCKET/*")]),
        ("denies all but owner", [Deny("'*'", "s3:GetObject", "BUCKET/*", "{'StringNotEquals':{'aws:PrincipalAccount':'NUMBER'}}")]),
    ];

    private static readonly (string Name, string Header, string Value)[] Lists =
        [("private", "x-amz-acl", "private"), ("grants other", "x-amz-grant-read", "id=bob"), ("public", "x-amz-acl", "public-read")];

    private readonly AttackHost _attack = new();

    public ValueTask InitializeAsync() => _attack.InitializeAsync();

    public ValueTask DisposeAsync() => _attack.DisposeAsync();

    [Fact]
    public async Task The_table_of_decisions_is_as_recorded()
    {
        var table = new StringBuilder("# Who may read an object of a bucket: +, and who may not: -. Anonymous callers and accounts' roots have no identity policy.\n");
        foreach (var (policyName, statements) in BucketPolicies)
        {
            foreach (var (listName, header, value) in Lists)
            {
                var bed = await CreateAsync(_attack);
                await _attack.MustAsync(S3TestHost.Alice, "PUT", $"/{bed.Bucket}/key?acl", "", (header, value));
                if (statements.Length > 0)
                {
                    await bed.MustPutPolicyAsync([.. statements.Select(statement => statement.Replace("NUMBER", AccountNumber.Of("alice"), StringComparison.Ordinal))]);
                }

                table.Append($"\n{policyName}, {listName}\n");
                foreach (var (identityName, identity, session) in Identities)
                {
                    table.Append($"  {identityName,-20}");
                    _attack.Policies.Set(AttackHost.Powerless, identity, session);
                    _attack.Policies.Set(AttackHost.Stranger, identity, session);
                    foreach (var (name, who) in Callers.Where(caller => identityName == "no identity policy" || caller.Who?.HasAccountRights == false))
                    {
                        var answer = await bed.CallAsync(who, "GET", "/key");
                        answer.Status.ShouldBeOneOf(200, 403);
                        table.Append($" {name} {(answer.Status == 200 ? '+' : '-')}");
                    }

                    table.Append('\n');
                }
            }
        }

        GoldenFile.ShouldMatch("access.txt", table.ToString());
    }
}
