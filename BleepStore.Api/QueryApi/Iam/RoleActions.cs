using BleepStore.Api.Policies;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.QueryApi.Iam;

/// <summary>Roles: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html and its neighbours.</summary>
internal sealed class RoleActions(IMetadataStore metadata, IdentityPages pages, TimeProvider time) : IQueryActions
{
    private const string Name = "RoleName";

    public IEnumerable<QueryAction> Actions =>
    [
        Of("CreateRole", CreateAsync) with { TagAction = "TagRole" },
        Of("GetRole", GetAsync),
        Of("ListRoles", ListAsync) with { Kind = null },
        Of("UpdateRole", UpdateAsync),
        Of("UpdateAssumeRolePolicy", UpdateTrustAsync) with { HasResult = false },
        Of("DeleteRole", DeleteAsync) with { HasResult = false },
    ];

    private static QueryAction Of(string name, QueryHandler handler)
        => new(QueryService.Iam, name, handler) { Kind = IdentityKind.Role, Parameter = Name };

    private async ValueTask<QueryAnswer> CreateAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var role = new IdentityRecord
        {
            AccountId = request.AccountId,
            Kind = IdentityKind.Role,
            Name = request.GetName(Name, IamLimits.MaxRoleName),
            Id = IdentityIds.Create(IdentityKind.Role),
            Path = request.FindPath("Path", "/")!,
            Document = TrustOf(request, "AssumeRolePolicyDocument"),
            Description = DescriptionOf(request),
            MaxSessionSeconds = SessionSecondsOf(request) ?? IamLimits.MinSessionSeconds,
            Tags = request.Tags(IamLimits.MaxTags),
            CreatedAt = time.GetUtcNow(),
            Origin = CredentialOrigin.Admin,
        };
        var status = await metadata.ExecuteAsync(new CreateIdentity { Time = role.CreatedAt, Identity = role }, cancellationToken);
        return IamWords.ErrorOf(status, role.Kind, role.Name) is { } error ? error : Answer(role);
    }

    private async ValueTask<QueryAnswer> GetAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var name = request.GetName(Name);
        return await metadata.FindIdentityAsync(request.AccountId, IdentityKind.Role, name, cancellationToken) is { } role
            ? Answer(role)
            : IamWords.NoSuch(IdentityKind.Role, name);
    }

    private async ValueTask<QueryAnswer> ListAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var prefix = request.FindPathPrefix();
        var (roles, next) = await pages.ListAsync(
            request, IdentityKind.Role, role => role.Path.StartsWith(prefix, StringComparison.Ordinal), cancellationToken);
        return QueryAnswer.Of(xml =>
        {
            xml.Members("Roles", roles, IdentityXml.Role);
            xml.Page(next);
        });
    }

    private ValueTask<QueryAnswer> UpdateAsync(QueryRequest request, CancellationToken cancellationToken)
        => ChangeAsync(request, new SetRoleSettings(DescriptionOf(request), SessionSecondsOf(request)), cancellationToken);

    private ValueTask<QueryAnswer> UpdateTrustAsync(QueryRequest request, CancellationToken cancellationToken)
        => ChangeAsync(request, new SetDocument(TrustOf(request, "PolicyDocument")), cancellationToken);

    private async ValueTask<QueryAnswer> ChangeAsync(QueryRequest request, IdentityChange change, CancellationToken cancellationToken)
    {
        var name = request.GetName(Name);
        var command = new ChangeIdentity
        {
            Time = time.GetUtcNow(),
            AccountId = request.AccountId,
            Kind = IdentityKind.Role,
            Name = name,
            Change = change,
        };
        var status = await metadata.ExecuteAsync(command, cancellationToken);
        return IamWords.ErrorOf(status, IdentityKind.Role, name) is { } error ? error : QueryAnswer.Done;
    }

    private async ValueTask<QueryAnswer> DeleteAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var name = request.GetName(Name);
        var status = await metadata.ExecuteAsync(
            new DeleteIdentity { Time = time.GetUtcNow(), AccountId = request.AccountId, Kind = IdentityKind.Role, Name = name }, cancellationToken);
        return IamWords.ErrorOf(status, IdentityKind.Role, name) is { } error ? error : QueryAnswer.Done;
    }

    private static QueryAnswer Answer(IdentityRecord role) => QueryAnswer.Of(xml =>
    {
        xml.Start("Role");
        IdentityXml.RoleWithTags(xml, role);
        xml.End();
    });

    private static string TrustOf(QueryRequest request, string parameter)
    {
        var document = request.GetDocument(parameter, PolicyKind.Trust);
        return IamWords.SizeOf(document) <= IamLimits.MaxTrustPolicyCharacters
            ? document
            : throw new QueryException(QueryErrors.LimitExceeded.Because($"Cannot exceed quota for ACLSizePerRole: {IamLimits.MaxTrustPolicyCharacters}"));
    }

    private static string? DescriptionOf(QueryRequest request)
        => request.Find("Description") is { Length: > IamLimits.MaxDescription } description
            ? throw QueryRequest.Invalid("Description", description, $"Member must have length less than or equal to {IamLimits.MaxDescription}")
            : request.Find("Description");

    private static int? SessionSecondsOf(QueryRequest request)
        => request.FindNumber("MaxSessionDuration", IamLimits.MinSessionSeconds, IamLimits.MaxSessionSeconds);
}
