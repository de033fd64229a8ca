using BleepStore.Api.Policies;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.QueryApi.Iam;

/// <summary>Roles: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html and its neighbours.</summary>
internal sealed class RoleActions(IMetadataStore metadata, IdentityPages pages, PrincipalBinding binding, TimeProvider time) : IQueryActions
{
    private const string Name = "RoleName";

    public IEnumerable<QueryAction> Actions =>
    [
        Of("CreateRole", CreateAsync) with { TagAction = "TagRole" },
        Of("GetRole", GetAsync),
        Of("ListRoles", ListAsync) with { Kind = null },
        Of("UpdateRole", UpdateAsync),
        Of("UpdateRoleDescription", UpdateDescriptionAsync),
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
            Document = await GetTrustAsync(request, "AssumeRolePolicyDocument", cancellationToken),
            Description = DescriptionOf(request),
            MaxSessionSeconds = SessionSecondsOf(request) ?? IamLimits.MinSessionSeconds,
            Tags = request.Tags(IamLimits.MaxTags),
            CreatedAt = time.GetUtcNow(),
            Origin = CredentialOrigin.Admin,
        };
        var status = await metadata.ExecuteAsync(IamWords.Creation(role), cancellationToken);
        if (IamWords.ErrorOfCreation(status, role) is { } error)
        {
            return error;
        }

        // As on AWS: settings are shown by the actions that read a role.
        var shown = await ShownAsync(role, cancellationToken);
        return QueryAnswer.Of(xml =>
        {
            xml.Start("Role");
            IdentityXml.RoleWithoutSettings(xml, shown);
            IdentityXml.Tags(xml, shown);
            xml.End();
        });
    }

    private async ValueTask<QueryAnswer> GetAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var name = request.GetName(Name);
        return await metadata.FindIdentityAsync(request.AccountId, IdentityKind.Role, name, cancellationToken) is { } role
            ? Answer(await ShownAsync(role, cancellationToken))
            : IamWords.NoSuch(IdentityKind.Role, name);
    }

    private async ValueTask<QueryAnswer> ListAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var prefix = request.FindPathPrefix();
        var (roles, next) = await pages.ListAsync(
            request, IdentityKind.Role, role => role.Path.StartsWith(prefix, StringComparison.Ordinal), cancellationToken);
        var shown = new List<IdentityRecord>(roles.Length);
        foreach (var role in roles)
        {
            shown.Add(await ShownAsync(role, cancellationToken));
        }

        return QueryAnswer.Of(xml =>
        {
            xml.Members("Roles", shown, IdentityXml.Role);
            xml.Page(next);
        });
    }

    private ValueTask<QueryAnswer> UpdateAsync(QueryRequest request, CancellationToken cancellationToken)
        => ChangeAsync(request, new SetRoleSettings(DescriptionOf(request), SessionSecondsOf(request)), cancellationToken);

    private async ValueTask<QueryAnswer> UpdateDescriptionAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var change = new SetRoleSettings(DescriptionOf(request) ?? throw QueryRequest.Missing("Description"), MaxSessionSeconds: null);
        if (await ChangeAsync(request, change, cancellationToken) is { Error: not null } refused)
        {
            return refused;
        }

        var name = request.GetName(Name);
        if (await metadata.FindIdentityAsync(request.AccountId, IdentityKind.Role, name, cancellationToken) is not { } role)
        {
            return IamWords.NoSuch(IdentityKind.Role, name);
        }

        var shown = await ShownAsync(role, cancellationToken);
        return QueryAnswer.Of(xml =>
        {
            xml.Start("Role");
            IdentityXml.RoleWithoutSettings(xml, shown);
            xml.Optional("Description", shown.Description);
            xml.End();
        });
    }

    private async ValueTask<QueryAnswer> UpdateTrustAsync(QueryRequest request, CancellationToken cancellationToken)
        => await ChangeAsync(request, new SetDocument(await GetTrustAsync(request, "PolicyDocument", cancellationToken)), cancellationToken);

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
        return await metadata.DeleteIdentityAsync(
            new DeleteIdentity { Time = time.GetUtcNow(), AccountId = request.AccountId, Kind = IdentityKind.Role, Name = name }, name, cancellationToken);
    }

    private static QueryAnswer Answer(IdentityRecord role) => QueryAnswer.Of(xml =>
    {
        xml.Start("Role");
        IdentityXml.RoleWithTags(xml, role);
        xml.End();
    });

    private async ValueTask<IdentityRecord> ShownAsync(IdentityRecord role, CancellationToken cancellationToken)
        => role with { Document = await binding.ShowAsync((role.Document ?? "").TrimStart(), cancellationToken) };

    /// <summary>The trust that a request gives, as it is kept.</summary>
    private async ValueTask<string> GetTrustAsync(QueryRequest request, string parameter, CancellationToken cancellationToken)
    {
        var document = request.GetDocument(parameter, PolicyKind.Trust, out var policy);
        if (IamWords.SizeOf(document) > IamLimits.MaxTrustPolicyCharacters)
        {
            throw new QueryException(QueryErrors.LimitExceeded.Because($"Cannot exceed quota for ACLSizePerRole: {IamLimits.MaxTrustPolicyCharacters}"));
        }

        try
        {
            return await binding.BindAsync(document.TrimStart(), policy, cancellationToken);
        }
        catch (PolicyException e)
        {
            throw new QueryException(QueryErrors.MalformedPolicyDocument.Because($"{e.Message}: {e.Detail}"), e);
        }
    }

    private static string? DescriptionOf(QueryRequest request)
        => request.Find("Description") is { Length: > IamLimits.MaxDescription } description
            ? throw QueryRequest.Invalid("Description", description, $"Member must have length less than or equal to {IamLimits.MaxDescription}")
            : request.Find("Description");

    private static int? SessionSecondsOf(QueryRequest request)
        => request.FindNumber("MaxSessionDuration", IamLimits.MinSessionSeconds, IamLimits.MaxSessionSeconds);
}
