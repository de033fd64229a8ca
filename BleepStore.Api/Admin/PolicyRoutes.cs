using BleepStore.Api.Identities;
using BleepStore.Api.Policies;
using BleepStore.Api.QueryApi.Iam;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Admin;

/// <summary>
/// The policies of users and groups: <c>/admin/users/{}/policies</c> with a name and a document, and <c>…/attachments</c> with the ARN of a
/// managed policy.
/// </summary>
internal sealed class PolicyRoutes(IMetadataStore metadata, AdminAccounts accounts, TimeProvider time) : IAdminRoutes
{
    public IEnumerable<AdminRoute> Routes => [.. RoutesOf("/admin/users/{}", Holder.User), .. RoutesOf("/admin/groups/{}", Holder.Group)];

    private IEnumerable<AdminRoute> RoutesOf(string path, Holder holder) =>
    [
        new("GET", path + "/policies", (request, token) => ListAsync(request, holder, token)),
        new("PUT", path + "/policies", (request, token) => PutAsync(request, holder, token)),
        new("DELETE", path + "/policies", (request, token) => ChangeAsync(request, holder, new RemoveInlinePolicy(NameOf(request)), token)),
        new("PUT", path + "/attachments", (request, token) => AttachAsync(request, holder, token)),
        new("DELETE", path + "/attachments", (request, token) =>
            ChangeAsync(request, holder, new DetachPolicy(ArnOf(request), ManagedPolicy.OwnNameOf(ArnOf(request))), token)),
    ];

    private async ValueTask<AdminAnswer> ListAsync(AdminRequest request, Holder holder, CancellationToken cancellationToken)
    {
        var account = await accounts.GetIdAsync(request, cancellationToken);
        return await metadata.FindIdentityAsync(account, holder.Kind, request.Argument, cancellationToken) is { } identity
            ? AdminAnswer.Ok(new { Policies = identity.InlinePolicies, Attached = identity.AttachedPolicies })
            : AdminIdentity.Refuse(IdentityStatus.Missing, holder.Kind, request.Argument);
    }

    private async ValueTask<AdminAnswer> PutAsync(AdminRequest request, Holder holder, CancellationToken cancellationToken)
    {
        var name = NameOf(request);
        var document = await request.ReadTextAsync(cancellationToken);
        try
        {
            _ = PolicyDocument.Parse(document.Trim(), PolicyKind.Identity);
        }
        catch (PolicyException e)
        {
            return AdminAnswer.BadRequest($"The body must be a policy. {e.Explanation}");
        }

        return await ChangeAsync(request, holder, new SetInlinePolicy(name, document, holder.MaxCharacters), cancellationToken);
    }

    private async ValueTask<AdminAnswer> AttachAsync(AdminRequest request, Holder holder, CancellationToken cancellationToken)
    {
        var account = await accounts.GetIdAsync(request, cancellationToken);
        var arn = ArnOf(request);
        return await metadata.FindManagedPolicyAsync(account, arn, cancellationToken) is null
            ? AdminIdentity.Refuse(IdentityStatus.Missing, IdentityKind.Policy, arn)
            : await ChangeAsync(request, holder, new AttachPolicy(arn, ManagedPolicy.OwnNameOf(arn), IamLimits.MaxAttachedPolicies), cancellationToken);
    }

    private async ValueTask<AdminAnswer> ChangeAsync(AdminRequest request, Holder holder, IdentityChange change, CancellationToken cancellationToken)
    {
        var account = await accounts.GetIdAsync(request, cancellationToken);
        var status = await metadata.ExecuteAsync(
            new ChangeIdentity { Time = time.GetUtcNow(), AccountId = account, Kind = holder.Kind, Name = request.Argument, Change = change },
            cancellationToken);
        return status == IdentityStatus.Done ? AdminAnswer.NoContent : AdminIdentity.Refuse(status, holder.Kind, request.Argument);
    }

    private static string NameOf(AdminRequest request)
        => request.Query("name") is { } name && IamNames.IsName(name, IamLimits.MaxName)
            ? name
            : throw new AdminException(AdminAnswer.BadRequest("name must be the name of a policy: letters, digits and the characters + = , . @ _ -"));

    private static string ArnOf(AdminRequest request)
        => request.Query("arn") ?? throw new AdminException(AdminAnswer.BadRequest("arn must be the ARN of a managed policy."));
}
