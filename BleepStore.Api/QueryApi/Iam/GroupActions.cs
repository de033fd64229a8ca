using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.QueryApi.Iam;

/// <summary>Groups and their members: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html and its neighbours.</summary>
internal sealed class GroupActions(IMetadataStore metadata, IdentityPages pages, TimeProvider time) : IQueryActions
{
    private const string Name = "GroupName";

    public IEnumerable<QueryAction> Actions =>
    [
        Of("CreateGroup", CreateAsync),
        Of("GetGroup", GetAsync),
        Of("ListGroups", ListAsync) with { Kind = null },
        Of("UpdateGroup", UpdateAsync) with { HasResult = false, NewName = "NewGroupName" },
        Of("DeleteGroup", DeleteAsync) with { HasResult = false },
        Of("AddUserToGroup", AddUserAsync) with { HasResult = false },
        Of("RemoveUserFromGroup", RemoveUserAsync) with { HasResult = false },
        new(QueryService.Iam, "ListGroupsForUser", ListForUserAsync) { Kind = IdentityKind.User, Parameter = "UserName" },
    ];

    private static QueryAction Of(string name, QueryHandler handler)
        => new(QueryService.Iam, name, handler) { Kind = IdentityKind.Group, Parameter = Name };

    private async ValueTask<QueryAnswer> CreateAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var group = new IdentityRecord
        {
            AccountId = request.AccountId,
            Kind = IdentityKind.Group,
            Name = request.GetName(Name),
            Id = IdentityIds.Create(IdentityKind.Group),
            Path = request.FindPath("Path", "/")!,
            CreatedAt = time.GetUtcNow(),
            Origin = CredentialOrigin.Admin,
        };
        var status = await metadata.ExecuteAsync(IamWords.Creation(group), cancellationToken);
        return IamWords.ErrorOfCreation(status, group) is { } error ? error : QueryAnswer.Of(xml =>
        {
            xml.Start("Group");
            IdentityXml.Group(xml, group);
            xml.End();
        });
    }

    private async ValueTask<QueryAnswer> GetAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var name = request.GetName(Name);
        if (await metadata.FindIdentityAsync(request.AccountId, IdentityKind.Group, name, cancellationToken) is not { } group)
        {
            return IamWords.NoSuch(IdentityKind.Group, name);
        }

        var (members, next) = await pages.ListAsync(request, IdentityKind.User, user => user.Groups.Contains(group.Name), cancellationToken);
        return QueryAnswer.Of(xml =>
        {
            xml.Start("Group");
            IdentityXml.Group(xml, group);
            xml.End();
            xml.Members("Users", members, IdentityXml.User);
            xml.Page(next);
        });
    }

    private async ValueTask<QueryAnswer> ListAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var prefix = request.FindPathPrefix();
        var (groups, next) = await pages.ListAsync(
            request, IdentityKind.Group, group => group.Path.StartsWith(prefix, StringComparison.Ordinal), cancellationToken);
        return QueryAnswer.Of(xml =>
        {
            xml.Members("Groups", groups, IdentityXml.Group);
            xml.Page(next);
        });
    }

    private async ValueTask<QueryAnswer> UpdateAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var name = request.GetName(Name);
        var newName = request.FindName("NewGroupName") ?? name;
        var rename = new RenameIdentity
        {
            Time = time.GetUtcNow(),
            AccountId = request.AccountId,
            Kind = IdentityKind.Group,
            Name = name,
            NewName = newName,
            NewPath = request.FindPath("NewPath", fallback: null),
        };
        var status = await metadata.ExecuteAsync(rename, cancellationToken);
        return IamWords.ErrorOf(status, IdentityKind.Group, status == IdentityStatus.Exists ? newName : name) is { } error ? error : QueryAnswer.Done;
    }

    private async ValueTask<QueryAnswer> DeleteAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var name = request.GetName(Name);
        return await metadata.DeleteIdentityAsync(
            new DeleteIdentity { Time = time.GetUtcNow(), AccountId = request.AccountId, Kind = IdentityKind.Group, Name = name }, name, cancellationToken);
    }

    private ValueTask<QueryAnswer> AddUserAsync(QueryRequest request, CancellationToken cancellationToken)
        => ChangeUserAsync(request, new JoinGroup(request.GetName(Name), IamLimits.MaxGroupsOfUser), cancellationToken);

    private ValueTask<QueryAnswer> RemoveUserAsync(QueryRequest request, CancellationToken cancellationToken)
        => ChangeUserAsync(request, new LeaveGroup(request.GetName(Name)), cancellationToken);

    private async ValueTask<QueryAnswer> ChangeUserAsync(QueryRequest request, IdentityChange change, CancellationToken cancellationToken)
    {
        var user = request.GetName("UserName");
        var command = new ChangeIdentity
        {
            Time = time.GetUtcNow(),
            AccountId = request.AccountId,
            Kind = IdentityKind.User,
            Name = user,
            Change = change,
        };
        return await metadata.ExecuteAsync(command, cancellationToken) switch
        {
            IdentityStatus.PartMissing => IamWords.NoSuch(IdentityKind.Group, request.GetName(Name)),
            IdentityStatus.LimitExceeded => QueryErrors.LimitExceeded.Because($"Cannot exceed quota for GroupsPerUser: {IamLimits.MaxGroupsOfUser}"),
            var status => IamWords.ErrorOf(status, IdentityKind.User, user) is { } error ? error : QueryAnswer.Done,
        };
    }

    private async ValueTask<QueryAnswer> ListForUserAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var name = request.GetName("UserName");
        if (await metadata.FindIdentityAsync(request.AccountId, IdentityKind.User, name, cancellationToken) is not { } user)
        {
            return IamWords.NoSuch(IdentityKind.User, name);
        }

        var groups = new List<IdentityRecord>();
        foreach (var group in user.Groups)
        {
            if (await metadata.FindIdentityAsync(request.AccountId, IdentityKind.Group, group, cancellationToken) is { } found)
            {
                groups.Add(found);
            }
        }

        var (page, next) = IdentityPages.Page(request, groups, group => group.Name);
        return QueryAnswer.Of(xml =>
        {
            xml.Members("Groups", page, IdentityXml.Group);
            xml.Page(next);
        });
    }
}
