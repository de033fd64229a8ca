using BleepStore.Api.Identities;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.QueryApi.Iam;

/// <summary>Users: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html and its neighbours.</summary>
internal sealed class UserActions(IMetadataStore metadata, IdentityPages pages, TimeProvider time) : IQueryActions
{
    private const string Name = "UserName";

    public IEnumerable<QueryAction> Actions =>
    [
        Of("CreateUser", CreateAsync) with { TagAction = "TagUser" },
        Of("GetUser", GetAsync),
        Of("ListUsers", ListAsync) with { Kind = null },
        Of("UpdateUser", UpdateAsync) with { HasResult = false, NewName = "NewUserName" },
        Of("DeleteUser", DeleteAsync) with { HasResult = false },
        Of("ListAccountAliases", ListAliasesAsync) with { Kind = null },
        Of("GetAccountSummary", SummarizeAsync) with { Kind = null },
    ];

    private static QueryAction Of(string name, QueryHandler handler)
        => new(QueryService.Iam, name, handler) { Kind = IdentityKind.User, Parameter = Name };

    private async ValueTask<QueryAnswer> CreateAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var user = new IdentityRecord
        {
            AccountId = request.AccountId,
            Kind = IdentityKind.User,
            Name = request.GetName(Name, IamLimits.MaxUserName),
            Id = IdentityIds.Create(IdentityKind.User),
            Path = request.FindPath("Path", "/")!,
            Tags = request.Tags(IamLimits.MaxTags),
            CreatedAt = time.GetUtcNow(),
            Origin = CredentialOrigin.Admin,
        };
        var status = await metadata.ExecuteAsync(IamWords.Creation(user), cancellationToken);
        return IamWords.ErrorOfCreation(status, user) is { } error ? error : QueryAnswer.Of(xml =>
        {
            xml.Start("User");
            IdentityXml.UserWithTags(xml, user);
            xml.End();
        });
    }

    private async ValueTask<QueryAnswer> GetAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        if (request.FindName(Name) is not { } name)
        {
            if (request.Caller is { User: null, HasAccountRights: true } root)
            {
                return await GetRootAsync(root, cancellationToken);
            }

            name = request.Caller.User ?? throw new QueryException(QueryErrors.ValidationError.Because("Must specify userName when calling with non-User credentials"));
        }

        if (await metadata.FindIdentityAsync(request.AccountId, IdentityKind.User, name, cancellationToken) is not { } user)
        {
            return IamWords.NoSuch(IdentityKind.User, name);
        }

        return QueryAnswer.Of(xml =>
        {
            xml.Start("User");
            IdentityXml.UserWithTags(xml, user);
            xml.End();
        });
    }

    private async ValueTask<QueryAnswer> GetRootAsync(Auth.Caller.Account root, CancellationToken cancellationToken)
    {
        var record = await metadata.FindIdentityAsync(root.AccountId, IdentityKind.AccountRoot, "", cancellationToken);
        return QueryAnswer.Of(xml =>
        {
            xml.Start("User");
            xml.Element("Path", "/");
            xml.Element("UserName", root.DisplayName);
            xml.Element("UserId", root.AccountNumber);
            xml.Element("Arn", IdentityArn.OfRoot(root.AccountNumber));
            xml.Time("CreateDate", record?.CreatedAt ?? default);
            xml.End();
        });
    }

    private async ValueTask<QueryAnswer> ListAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var prefix = request.FindPathPrefix();
        var (users, next) = await pages.ListAsync(
            request, IdentityKind.User, user => user.Path.StartsWith(prefix, StringComparison.Ordinal), cancellationToken);
        return QueryAnswer.Of(xml =>
        {
            xml.Members("Users", users, IdentityXml.User);
            xml.Page(next);
        });
    }

    private async ValueTask<QueryAnswer> UpdateAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var name = request.GetName(Name);
        var newName = request.FindName("NewUserName", IamLimits.MaxUserName) ?? name;
        var newPath = request.FindPath("NewPath", fallback: null);
        if (newName != name
            && await metadata.FindIdentityAsync(request.AccountId, IdentityKind.User, name, cancellationToken) is { Origin: CredentialOrigin.Configuration })
        {
            return QueryErrors.UnmodifiableEntity;
        }

        var status = await metadata.ExecuteAsync(
            new RenameIdentity
            {
                Time = time.GetUtcNow(),
                AccountId = request.AccountId,
                Kind = IdentityKind.User,
                Name = name,
                NewName = newName,
                NewPath = newPath,
            },
            cancellationToken);
        return IamWords.ErrorOf(status, IdentityKind.User, status == IdentityStatus.Exists ? newName : name) is { } error ? error : QueryAnswer.Done;
    }

    private async ValueTask<QueryAnswer> DeleteAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var name = request.GetName(Name);
        return await metadata.DeleteIdentityAsync(
            new DeleteIdentity { Time = time.GetUtcNow(), AccountId = request.AccountId, Kind = IdentityKind.User, Name = name }, name, cancellationToken);
    }

    // Accounts have display names here, and no aliases.
    private ValueTask<QueryAnswer> ListAliasesAsync(QueryRequest request, CancellationToken cancellationToken)
        => ValueTask.FromResult(QueryAnswer.Of(xml =>
        {
            xml.Members("AccountAliases", Array.Empty<string>(), static (member, alias) => member.Text(alias));
            xml.Page(nextMarker: null);
        }));

    private async ValueTask<QueryAnswer> SummarizeAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var counts = new List<(string Key, int Value)>();
        foreach (var (kind, key) in new[]
        {
            (IdentityKind.User, "Users"), (IdentityKind.Group, "Groups"), (IdentityKind.Role, "Roles"), (IdentityKind.Policy, "Policies"),
        })
        {
            var identities = await metadata.ListIdentitiesAsync(request.AccountId, kind, after: null, int.MaxValue, cancellationToken);
            counts.Add((key, identities.Length));
        }

        counts.AddRange(
        [
            ("AccessKeysPerUserQuota", IamLimits.MaxAccessKeys), ("GroupsPerUserQuota", IamLimits.MaxGroupsOfUser),
            ("AttachedPoliciesPerUserQuota", IamLimits.MaxAttachedPolicies), ("UserPolicySizeQuota", IamLimits.MaxUserPolicyCharacters),
            ("GroupPolicySizeQuota", IamLimits.MaxGroupPolicyCharacters), ("RolePolicySizeQuota", IamLimits.MaxRolePolicyCharacters),
            ("PolicySizeQuota", IamLimits.MaxManagedPolicyCharacters), ("VersionsPerPolicyQuota", 1), ("MFADevices", 0), ("AccountMFAEnabled", 0),
        ]);
        return QueryAnswer.Of(xml =>
        {
            xml.Start("SummaryMap");
            foreach (var (key, value) in counts)
            {
                xml.Start("entry");
                xml.Element("key", key);
                xml.Element("value", value);
                xml.End();
            }

            xml.End();
        });
    }
}
