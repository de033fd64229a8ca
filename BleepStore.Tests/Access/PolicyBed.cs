using System.Text.Json;
using BleepStore.Api.Auth;
using BleepStore.Tests.Api;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Access;

/// <summary>A bucket of Alice's whose policy a test chooses, and requests of all kinds of callers to it.</summary>
internal sealed class PolicyBed(AttackHost attack, string bucket)
{
    private static int _buckets;

    public string Bucket { get; } = bucket;

    /// <summary>A new bucket of Alice's with an object of hers under <c>key</c>.</summary>
    public static async Task<PolicyBed> CreateAsync(AttackHost attack)
    {
        var bed = new PolicyBed(attack, $"policy-{Interlocked.Increment(ref _buckets)}");
        await attack.MustAsync(S3TestHost.Alice, "PUT", $"/{bed.Bucket}");
        await attack.MustAsync(S3TestHost.Alice, "PUT", $"/{bed.Bucket}/key", "content");
        return bed;
    }

    /// <summary>Puts a policy of these statements, with single quotes for double ones and BUCKET for the bucket's ARN.</summary>
    public Task<RawAnswer> PutPolicyAsync(params string[] statements) => PutPolicyAsync(S3TestHost.Alice, statements);

    public Task<RawAnswer> PutPolicyAsync(Credential who, params string[] statements) => attack.CallAsync(who, "PUT", $"/{Bucket}?policy", Policy(statements));

    public async Task MustPutPolicyAsync(params string[] statements)
    {
        var answer = await PutPolicyAsync(statements);
        answer.Status.ShouldBe(204, answer.Text);
    }

    public string Policy(params string[] statements)
        => $"{{'Version':'2012-10-17','Statement':[{string.Join(',', statements)}]}}".Replace('\'', '"').Replace("BUCKET", "arn:aws:s3:::" + Bucket, StringComparison.Ordinal);

    /// <summary>Calls with <paramref name="target"/> below the bucket: <c>/key?acl</c>, <c>?policy</c>.</summary>
    public Task<RawAnswer> CallAsync(Credential? who, string method, string target, string body = "", params (string Name, string Value)[] headers)
        => attack.CallAsync(who, method, $"/{Bucket}{target}", body, headers);

    public async Task<string> OutcomeAsync(Credential? who, string method, string target, string body = "", params (string Name, string Value)[] headers)
        => (await CallAsync(who, method, target, body, headers)).Outcome;

    /// <summary>A statement as a policy writes it.</summary>
    public static string Statement(string effect, string principal, string action, string resource, string? condition = null)
        => $"{{'Effect':'{effect}','Principal':{principal},'Action':{Quoted(action)},'Resource':{Quoted(resource)}{(condition is null ? "" : ",'Condition':" + condition)}}}";

    public static string Allow(string principal, string action, string resource, string? condition = null) => Statement("Allow", principal, action, resource, condition);

    public static string Deny(string principal, string action, string resource, string? condition = null) => Statement("Deny", principal, action, resource, condition);

    private static string Quoted(string list) => JsonSerializer.Serialize(list.Split(' ')).Replace('"', '\'');
}
