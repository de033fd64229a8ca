using BleepStore.Api.Auth;
using BleepStore.Api.Identities;
using BleepStore.Api.Policies;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.QueryApi;

/// <summary>Decides who may do what to the identities of an account: its root everything, its users and roles what their policies allow.</summary>
internal sealed class QueryAuthorizer(IMetadataStore metadata, IPrincipalPolicies policies, TimeProvider time)
{
    /// <summary>Why the caller may not do it; null when it may.</summary>
    public async ValueTask<QueryError?> FindRefusalAsync(QueryRequest request, QueryAction action, CancellationToken cancellationToken)
    {
        if (!action.NeedsPermission)
        {
            return null;
        }

        if (action.Service == QueryService.Iam && request.Caller.Session is { Kind: SessionKind.Own or SessionKind.Federated })
        {
            // Such a session has no say about identities: what it cannot do itself it could otherwise give to a new user.
            return QueryErrors.InvalidClientTokenId;
        }

        var name = $"{action.Service.Name}:{action.Name}";
        var resource = await ResourceOfAsync(request, action, cancellationToken);
        if (await RefuseAsync(request, name, resource, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        if (action.TagAction is { } tagging && request.Members("Tags").Any()
            && await RefuseAsync(request, $"{action.Service.Name}:{tagging}", resource, cancellationToken) is { } noTags)
        {
            return noTags;
        }

        return await NewResourceOfAsync(request, action, cancellationToken) is { } renamed && renamed != resource
            ? await RefuseAsync(request, name, renamed, cancellationToken)
            : null;
    }

    private async ValueTask<QueryError?> RefuseAsync(QueryRequest request, string action, string resource, CancellationToken cancellationToken)
        => await MayAsync(request, action, resource, cancellationToken)
            ? null
            : QueryErrors.AccessDenied.Because(
                $"User: {request.Caller.Arn} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action");

    // What it would be called afterwards: nobody renames into a name, or moves to a path, that it has no right to.
    private async ValueTask<string?> NewResourceOfAsync(QueryRequest request, QueryAction action, CancellationToken cancellationToken)
    {
        if (request.Caller.HasAccountRights || action is not { NewName: { } parameter, Kind: { } kind } || request.Find(action.Parameter) is not { } name)
        {
            return null;
        }

        var current = await metadata.FindIdentityAsync(request.AccountId, kind, name, cancellationToken);
        return IdentityArn.Of(
            request.Caller.AccountNumber, kind, request.Find("NewPath") ?? current?.Path ?? "/", request.Find(parameter) ?? current?.Name ?? name);
    }

    /// <summary>True when the caller's own policies allow an action.</summary>
    public async ValueTask<bool> MayAsync(QueryRequest request, string action, string resource, CancellationToken cancellationToken)
        => await DecideAsync(request, action, resource, cancellationToken) == PolicyDecision.Allow;

    /// <summary>What the caller's own policies say to an action.</summary>
    public async ValueTask<PolicyDecision> DecideAsync(QueryRequest request, string action, string resource, CancellationToken cancellationToken)
        => request.Caller.HasAccountRights
            ? PolicyDecision.Allow
            : (await policies.FindAsync(request.Caller, cancellationToken)).Decide(QuestionOf(request, action, resource));

    /// <summary>The question that a policy is asked about a request.</summary>
    public PolicyQuestion QuestionOf(QueryRequest request, string action, string resource)
        => new(action, resource, PolicyCallers.Of(request.Caller), new QueryConditionKeys(request, time));

    private async ValueTask<string> ResourceOfAsync(QueryRequest request, QueryAction action, CancellationToken cancellationToken)
    {
        if (action.Kind is not { } kind)
        {
            return "*";
        }

        var name = request.Find(action.Parameter);
        if (action.Parameter.EndsWith("Arn", StringComparison.Ordinal))
        {
            return name ?? "*";
        }

        if (name is null)
        {
            // Without a name a user means itself.
            return kind == IdentityKind.User && !action.Name.StartsWith("Create", StringComparison.Ordinal) ? request.Caller.Arn : "*";
        }

        return await metadata.FindIdentityAsync(request.AccountId, kind, name, cancellationToken) is { } identity
            ? IdentityArn.Of(identity)
            : IdentityArn.Of(request.Caller.AccountNumber, kind, request.Find("Path") ?? "/", name);
    }
}
