using BleepStore.Api.Identities;
using BleepStore.Api.QueryApi.Iam;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Admin;

/// <summary>
/// The users and groups of accounts: <c>/admin/users</c>, <c>/admin/groups</c>, <c>/admin/accounts</c>. An account is named by <c>account</c>, its
/// canonical id or number; without it the root's is meant.
/// </summary>
internal sealed class IdentityRoutes(IMetadataStore metadata, CredentialStore credentials, AdminAccounts accounts, TimeProvider time) : IAdminRoutes
{
    private const int DefaultPageSize = 100;
    private const int MaxPageSize = 1000;

    public IEnumerable<AdminRoute> Routes =>
    [
        new("GET", "/admin/accounts", ListAccountsAsync),
        .. RoutesOf("/admin/users", IdentityKind.User),
        .. RoutesOf("/admin/groups", IdentityKind.Group),
        new("POST", "/admin/users/{}/keys", CreateKeyAsync),
        new("PUT", "/admin/users/{}/groups", (request, token) => SetGroupAsync(request, name => new JoinGroup(name, IamLimits.MaxGroupsOfUser), token)),
        new("DELETE", "/admin/users/{}/groups", (request, token) => SetGroupAsync(request, name => new LeaveGroup(name), token)),
    ];

    private IEnumerable<AdminRoute> RoutesOf(string path, IdentityKind kind) =>
    [
        new("GET", path, (request, token) => ListAsync(request, kind, token)),
        new("POST", path, (request, token) => CreateAsync(request, kind, token)),
        new("GET", path + "/{}", (request, token) => GetAsync(request, kind, token)),
        new("DELETE", path + "/{}", (request, token) => DeleteAsync(request, kind, token)),
    ];

    private async ValueTask<AdminAnswer> ListAccountsAsync(AdminRequest request, CancellationToken cancellationToken)
    {
        var limit = AdminPipeline.ParseLimit(request.Query("limit"), DefaultPageSize, MaxPageSize);
        var page = await metadata.ListAccountsAsync(request.Query("after"), limit + 1, cancellationToken);
        return AdminAnswer.Ok(new
        {
            Accounts = page.Take(limit).Select(account => new { account.Id, Number = AccountNumber.Of(account.Id), account.DisplayName, account.Email }).ToArray(),
            NextAfter = page.Length > limit ? page[limit - 1].Id : null,
        });
    }

    private async ValueTask<AdminAnswer> ListAsync(AdminRequest request, IdentityKind kind, CancellationToken cancellationToken)
    {
        var limit = AdminPipeline.ParseLimit(request.Query("limit"), DefaultPageSize, MaxPageSize);
        var account = await accounts.GetIdAsync(request, cancellationToken);
        var page = await metadata.ListIdentitiesAsync(account, kind, request.Query("after"), limit + 1, cancellationToken);
        var items = page.Take(limit).Select(AdminIdentity.View).ToArray();
        var next = page.Length > limit ? page[limit - 1].Name : null;
        return AdminAnswer.Ok(kind == IdentityKind.User ? new { Users = items, NextAfter = next } : new { Groups = items, NextAfter = next });
    }

    private async ValueTask<AdminAnswer> CreateAsync(AdminRequest request, IdentityKind kind, CancellationToken cancellationToken)
    {
        var account = await accounts.GetIdAsync(request, cancellationToken);
        var wanted = await request.ReadJsonAsync<NewIdentity>(cancellationToken);
        if (!IamNames.IsName(wanted.Name, kind == IdentityKind.User ? IamLimits.MaxUserName : IamLimits.MaxName))
        {
            return AdminAnswer.BadRequest("name must be 1 to 64 letters, digits and the characters + = , . @ _ - (128 for a group).");
        }

        if (wanted.Path is { } path && !IamNames.IsPath(path))
        {
            return AdminAnswer.BadRequest("path must begin and end with a slash.");
        }

        var identity = new IdentityRecord
        {
            AccountId = account,
            Kind = kind,
            Name = wanted.Name,
            Id = IdentityIds.Create(kind),
            Path = wanted.Path ?? "/",
            CreatedAt = time.GetUtcNow(),
            Origin = CredentialOrigin.Admin,
        };
        var status = await metadata.ExecuteAsync(IamWords.Creation(identity), cancellationToken);
        return status == IdentityStatus.Done ? AdminAnswer.Created(AdminIdentity.View(identity)) : AdminIdentity.Refuse(status, kind, wanted.Name);
    }

    private async ValueTask<AdminAnswer> GetAsync(AdminRequest request, IdentityKind kind, CancellationToken cancellationToken)
    {
        var account = await accounts.GetIdAsync(request, cancellationToken);
        return await metadata.FindIdentityAsync(account, kind, request.Argument, cancellationToken) is { } identity
            ? AdminAnswer.Ok(AdminIdentity.View(identity))
            : AdminIdentity.Refuse(IdentityStatus.Missing, kind, request.Argument);
    }

    private async ValueTask<AdminAnswer> DeleteAsync(AdminRequest request, IdentityKind kind, CancellationToken cancellationToken)
    {
        var account = await accounts.GetIdAsync(request, cancellationToken);
        if (request.Query("force") is "true" or ""
            && await metadata.FindIdentityAsync(account, kind, request.Argument, cancellationToken) is { } identity
            && await StripAsync(identity, cancellationToken) is { } conflict)
        {
            return AdminAnswer.Conflict(conflict);
        }

        var status = await metadata.ExecuteAsync(
            new DeleteIdentity { Time = time.GetUtcNow(), AccountId = account, Kind = kind, Name = request.Argument }, cancellationToken);
        return status == IdentityStatus.Done ? AdminAnswer.NoContent : AdminIdentity.Refuse(status, kind, request.Argument);
    }

    /// <summary>Takes away all that belongs to an identity, so that it can be deleted; the answer is what forbids it, or null.</summary>
    private async ValueTask<string?> StripAsync(IdentityRecord identity, CancellationToken cancellationToken)
    {
        foreach (var accessKey in identity.AccessKeys)
        {
            if (await credentials.FindAsync(accessKey, cancellationToken) is { } credential
                && await credentials.DeleteAsync(credential, cancellationToken) is { } conflict)
            {
                return conflict;
            }
        }

        var changes = identity.InlinePolicies.Keys.Select(name => (IdentityChange)new RemoveInlinePolicy(name))
            .Concat(identity.AttachedPolicies.Select(arn => new DetachPolicy(arn, ManagedPolicy.OwnNameOf(arn))))
            .Concat(identity.Groups.Select(group => new LeaveGroup(group)));
        foreach (var change in changes)
        {
            await ChangeAsync(identity.AccountId, identity.Kind, identity.Name, change, cancellationToken);
        }

        return null;
    }

    private async ValueTask<AdminAnswer> CreateKeyAsync(AdminRequest request, CancellationToken cancellationToken)
    {
        var account = await accounts.GetIdAsync(request, cancellationToken);
        if (await metadata.FindIdentityAsync(account, IdentityKind.User, request.Argument, cancellationToken) is not { } user)
        {
            return AdminIdentity.Refuse(IdentityStatus.Missing, IdentityKind.User, request.Argument);
        }

        var (credential, secret) = credentials.Generate(user, user.Name);
        var status = await metadata.ExecuteAsync(
            new CreateAccessKey { Time = credential.CreatedAt, Credential = credential, Limit = IamLimits.MaxAccessKeys }, cancellationToken);
        return status == IdentityStatus.Done
            ? AdminAnswer.Created(new { User = user.Name, credential.AccessKey, SecretKey = secret, credential.CreatedAt })
            : AdminIdentity.Refuse(status, IdentityKind.User, user.Name);
    }

    private async ValueTask<AdminAnswer> SetGroupAsync(AdminRequest request, Func<string, IdentityChange> change, CancellationToken cancellationToken)
    {
        var account = await accounts.GetIdAsync(request, cancellationToken);
        var group = request.Query("name") ?? throw new AdminException(AdminAnswer.BadRequest("name must be the name of a group."));
        var status = await ChangeAsync(account, IdentityKind.User, request.Argument, change(group), cancellationToken);
        return status switch
        {
            IdentityStatus.Done => AdminAnswer.NoContent,
            IdentityStatus.PartMissing => AdminIdentity.Refuse(IdentityStatus.Missing, IdentityKind.Group, group),
            _ => AdminIdentity.Refuse(status, IdentityKind.User, request.Argument),
        };
    }

    private ValueTask<IdentityStatus> ChangeAsync(
        string account, IdentityKind kind, string name, IdentityChange change, CancellationToken cancellationToken)
        => metadata.ExecuteAsync(
            new ChangeIdentity { Time = time.GetUtcNow(), AccountId = account, Kind = kind, Name = name, Change = change }, cancellationToken);

    /// <summary>The user or group that a request asks for.</summary>
    private sealed record NewIdentity(string Name, string? Path = null);
}
