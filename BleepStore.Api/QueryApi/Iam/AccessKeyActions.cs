using BleepStore.Api.Admin;
using BleepStore.Api.Configuration;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.QueryApi.Iam;

/// <summary>
/// Access keys: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html and its neighbours. The secret is shown by the
/// action that makes it, and by nothing else.
/// </summary>
internal sealed class AccessKeyActions(IMetadataStore metadata, CredentialStore credentials) : IQueryActions
{
    private const string Name = "UserName";
    private const string KeyId = "AccessKeyId";

    public IEnumerable<QueryAction> Actions =>
    [
        Of("CreateAccessKey", CreateAsync),
        Of("ListAccessKeys", ListAsync),
        Of("UpdateAccessKey", UpdateAsync) with { HasResult = false },
        Of("DeleteAccessKey", DeleteAsync) with { HasResult = false },
    ];

    private static QueryAction Of(string name, QueryHandler handler)
        => new(QueryService.Iam, name, handler) { Kind = IdentityKind.User, Parameter = Name };

    private async ValueTask<QueryAnswer> CreateAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var (kind, name) = OwnerOf(request);
        if (await metadata.FindIdentityAsync(request.AccountId, kind, name, cancellationToken) is not { } owner)
        {
            return IamWords.NoSuch(IdentityKind.User, name);
        }

        var (credential, secret) = credentials.Generate(owner, request.Caller.DisplayName);
        var status = await metadata.ExecuteAsync(
            new CreateAccessKey { Time = credential.CreatedAt, Credential = credential, Limit = IamLimits.MaxAccessKeys }, cancellationToken);
        if (status != IdentityStatus.Done)
        {
            return status == IdentityStatus.LimitExceeded
                ? QueryErrors.LimitExceeded.Because($"Cannot exceed quota for AccessKeysPerUser: {IamLimits.MaxAccessKeys}")
                : IamWords.ErrorOf(status, IdentityKind.User, name)!;
        }

        return QueryAnswer.Of(xml =>
        {
            xml.Start("AccessKey");
            xml.Element("UserName", NameShown(request, owner));
            xml.Element(KeyId, credential.AccessKey);
            xml.Element("Status", "Active");
            xml.Element("SecretAccessKey", secret);
            xml.Time("CreateDate", credential.CreatedAt);
            xml.End();
        });
    }

    private async ValueTask<QueryAnswer> ListAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var (kind, name) = OwnerOf(request);
        if (await metadata.FindIdentityAsync(request.AccountId, kind, name, cancellationToken) is not { } owner)
        {
            return IamWords.NoSuch(IdentityKind.User, name);
        }

        var keys = new List<CredentialRecord>();
        foreach (var accessKey in owner.AccessKeys)
        {
            if (await metadata.FindCredentialAsync(accessKey, cancellationToken) is { } credential)
            {
                keys.Add(credential);
            }
        }

        var (page, next) = IdentityPages.Page(request, keys, key => key.AccessKey);
        return QueryAnswer.Of(xml =>
        {
            xml.Members("AccessKeyMetadata", page, (member, key) =>
            {
                member.Element("UserName", NameShown(request, owner));
                member.Element(KeyId, key.AccessKey);
                member.Element("Status", key.Active ? "Active" : "Inactive");
                member.Time("CreateDate", key.CreatedAt);
            });
            xml.Page(next);
        });
    }

    private async ValueTask<QueryAnswer> UpdateAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var status = request.Get("Status");
        if (status is not ("Active" or "Inactive"))
        {
            throw QueryRequest.Invalid("Status", status, "Member must satisfy enum value set: [Active, Inactive]");
        }

        var credential = await GetKeyAsync(request, cancellationToken);
        return await credentials.SetActiveAsync(credential, status == "Active", cancellationToken) is { } conflict
            ? QueryErrors.UnmodifiableEntity.Because(conflict)
            : QueryAnswer.Done;
    }

    private async ValueTask<QueryAnswer> DeleteAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var credential = await GetKeyAsync(request, cancellationToken);
        return await credentials.DeleteAsync(credential, cancellationToken) is { } conflict
            ? QueryErrors.UnmodifiableEntity.Because(conflict)
            : QueryAnswer.Done;
    }

    private async ValueTask<CredentialRecord> GetKeyAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var (kind, name) = OwnerOf(request);
        var accessKey = request.Get(KeyId);
        if (!AccessKeys.IsAccessKey(accessKey))
        {
            throw QueryRequest.Invalid(KeyId, accessKey, @"Member must satisfy regular expression pattern: [\w]+");
        }

        var owner = await metadata.FindIdentityAsync(request.AccountId, kind, name, cancellationToken)
            ?? throw new QueryException(IamWords.NoSuch(IdentityKind.User, name));
        return owner.AccessKeys.Contains(accessKey) && await metadata.FindCredentialAsync(accessKey, cancellationToken) is { } credential
            ? credential
            : throw new QueryException(QueryErrors.NoSuchEntity.Because($"The Access Key with id {accessKey} cannot be found."));
    }

    // Without a name: whoever asks, which may be the root of the account.
    private static (IdentityKind Kind, string Name) OwnerOf(QueryRequest request)
        => request.FindName(Name) is { } name ? (IdentityKind.User, name)
            : request.Caller.User is { } user ? (IdentityKind.User, user)
            : request.Caller.HasAccountRights ? (IdentityKind.AccountRoot, "")
            : throw new QueryException(QueryErrors.ValidationError.Because("Must specify userName when calling with non-User credentials"));

    private static string NameShown(QueryRequest request, IdentityRecord owner)
        => owner.Kind == IdentityKind.User ? owner.Name : request.Caller.DisplayName;
}
