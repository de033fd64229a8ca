using System.Collections.Concurrent;
using BleepStore.Api.Auth;
using BleepStore.Api.Policies;

namespace BleepStore.Tests.Access;

/// <summary>Policies of users as a test sets them, by access key.</summary>
internal sealed class TestPrincipalPolicies : IPrincipalPolicies
{
    private readonly ConcurrentDictionary<string, PrincipalPolicies> _policies = new();

    /// <summary>Gives a user these statements, and its session those; single quotes stand for double ones.</summary>
    public void Set(Credential user, string[] identity, string[]? session = null)
        => _policies[user.AccessKey] = new PrincipalPolicies([.. identity.Select(Parse)], session is null ? null : [.. session.Select(Parse)]);

    public ValueTask<PrincipalPolicies> FindAsync(Caller.Account caller, CancellationToken cancellationToken)
        => ValueTask.FromResult(_policies.GetValueOrDefault(caller.AccessKey, PrincipalPolicies.None));

    private static PolicyDocument Parse(string statement)
        => PolicyDocument.Parse($"{{'Version':'2012-10-17','Statement':{statement}}}".Replace('\'', '"'), PolicyKind.Identity);
}
