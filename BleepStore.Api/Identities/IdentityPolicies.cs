using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using BleepStore.Api.Auth;
using BleepStore.Api.Policies;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Identities;

/// <summary>
/// The policies of users, roles and sessions. The records are read for every decision, which the store answers from memory, so that a change
/// takes effect at once; a record's documents are compiled once, for as long as the record is the same.
/// </summary>
internal sealed class IdentityPolicies(IMetadataStore metadata) : IPrincipalPolicies
{
    private static readonly PolicyDocument DenyAll = PolicyDocument.Parse(
        """{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}""", PolicyKind.Identity);

    private static readonly ImmutableArray<PolicyDocument> AllowAll =
        [PolicyDocument.Parse("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}""", PolicyKind.Identity)];

    private readonly ConditionalWeakTable<IdentityRecord, PolicyDocument[]> _compiled = [];
    private readonly ConditionalWeakTable<CallerSession, PolicyDocument[]> _compiledSessions = [];

    /// <inheritdoc/>
    public async ValueTask<PrincipalPolicies> FindAsync(Caller.Account caller, CancellationToken cancellationToken)
        => new(await FindOwnAsync(caller, cancellationToken), await FindSessionAsync(caller, cancellationToken));

    private async ValueTask<ImmutableArray<PolicyDocument>> FindOwnAsync(Caller.Account caller, CancellationToken cancellationToken)
    {
        var (kind, name) = caller.Session?.Role is { } role ? (IdentityKind.Role, role) : (IdentityKind.User, caller.User);
        if (name is null)
        {
            // A session of the account's root: what it may not do is said by the session's own policies alone.
            return caller.Session is null ? [] : AllowAll;
        }

        if (await metadata.FindIdentityAsync(caller.AccountId, kind, name, cancellationToken) is not { } principal)
        {
            return [];
        }

        var policies = ImmutableArray.CreateBuilder<PolicyDocument>();
        await AddAsync(policies, principal, cancellationToken);
        foreach (var group in principal.Groups)
        {
            if (await metadata.FindIdentityAsync(caller.AccountId, IdentityKind.Group, group, cancellationToken) is { } found)
            {
                await AddAsync(policies, found, cancellationToken);
            }
        }

        return policies.DrainToImmutable();
    }

    private async ValueTask AddAsync(ImmutableArray<PolicyDocument>.Builder policies, IdentityRecord identity, CancellationToken cancellationToken)
    {
        policies.AddRange(_compiled.GetValue(identity, static record => [.. record.InlinePolicies.Values.Select(Compile)]));
        foreach (var arn in identity.AttachedPolicies)
        {
            await AddManagedAsync(policies, identity.AccountId, arn, cancellationToken);
        }
    }

    private async ValueTask AddManagedAsync(
        ImmutableArray<PolicyDocument>.Builder policies, string accountId, string arn, CancellationToken cancellationToken)
    {
        if (ManagedPolicy.FindOfEveryAccount(arn) is { } common)
        {
            policies.Add(common.Compiled);
        }
        else if (IdentityArn.TryParse(arn) is { } parsed
            && await metadata.FindIdentityAsync(accountId, IdentityKind.Policy, parsed.Name, cancellationToken) is { } policy)
        {
            policies.AddRange(_compiled.GetValue(policy, static record => [Compile(record.Document ?? "")]));
        }
        else
        {
            // What it allowed or denied is not known any more.
            policies.Add(DenyAll);
        }
    }

    private async ValueTask<ImmutableArray<PolicyDocument>?> FindSessionAsync(Caller.Account caller, CancellationToken cancellationToken)
    {
        if (caller.Session is not { Policies: { } texts } session)
        {
            return null;
        }

        var policies = ImmutableArray.CreateBuilder<PolicyDocument>();
        policies.AddRange(_compiledSessions.GetValue(session, static found => [.. found.Policies!.Value.Where(IsDocument).Select(Compile)]));
        foreach (var arn in texts.Where(text => !IsDocument(text)))
        {
            await AddManagedAsync(policies, caller.AccountId, arn, cancellationToken);
        }

        return policies.DrainToImmutable();
    }

    // A session names its policies by their text or by their ARN.
    private static bool IsDocument(string text) => !text.StartsWith("arn:", StringComparison.Ordinal);

    // A document that was fit when it was stored and is not any more denies all: what it once denied must not become possible.
    private static PolicyDocument Compile(string document)
    {
        try
        {
            return PolicyDocument.Parse(document.TrimStart(), PolicyKind.Identity);
        }
        catch (PolicyException)
        {
            return DenyAll;
        }
    }
}
