using BleepStore.Api.Identities;
using BleepStore.Api.Policies;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.QueryApi.Iam;

/// <summary>
/// Managed policies, with one version each: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html and its neighbours.
/// </summary>
internal sealed class ManagedPolicyActions(IMetadataStore metadata, TimeProvider time) : IQueryActions
{
    private const string Arn = "PolicyArn";
    private const string Name = "PolicyName";

    public IEnumerable<QueryAction> Actions =>
    [
        Of("CreatePolicy", CreateAsync) with { Parameter = Name, TagAction = "TagPolicy" },
        Of("GetPolicy", GetAsync),
        Of("GetPolicyVersion", GetVersionAsync),
        Of("ListPolicyVersions", ListVersionsAsync),
        Of("ListPolicies", ListAsync) with { Kind = null },
        Of("DeletePolicy", DeleteAsync) with { HasResult = false },
    ];

    private static QueryAction Of(string name, QueryHandler handler)
        => new(QueryService.Iam, name, handler) { Kind = IdentityKind.Policy, Parameter = Arn };

    private async ValueTask<QueryAnswer> CreateAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var policy = new IdentityRecord
        {
            AccountId = request.AccountId,
            Kind = IdentityKind.Policy,
            Name = request.GetName(Name),
            Id = IdentityIds.Create(IdentityKind.Policy),
            Path = request.FindPath("Path", "/")!,
            Document = request.GetDocument("PolicyDocument", PolicyKind.Identity, out var document),
            Description = request.Find("Description"),
            Tags = request.Tags(IamLimits.MaxTags),
            CreatedAt = time.GetUtcNow(),
            Origin = CredentialOrigin.Admin,
        };
        if (!document.IsOfCurrentVersion)
        {
            return QueryErrors.MalformedPolicyDocument.Because("Policy document must be version 2012-10-17 or greater.");
        }

        if (IamWords.SizeOf(policy.Document) > IamLimits.MaxManagedPolicyCharacters)
        {
            return QueryErrors.LimitExceeded.Because($"Cannot exceed quota for PolicySize: {IamLimits.MaxManagedPolicyCharacters}");
        }

        var status = await metadata.ExecuteAsync(IamWords.Creation(policy), cancellationToken);
        return IamWords.ErrorOfCreation(status, policy) is { } error ? error : QueryAnswer.Of(xml =>
        {
            xml.Start("Policy");
            IdentityXml.Policy(xml, ManagedPolicy.Of(policy));
            IdentityXml.Tags(xml, policy);
            xml.End();
        });
    }

    private async ValueTask<QueryAnswer> GetAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var policy = await GetPolicyAsync(request, cancellationToken);
        return QueryAnswer.Of(xml =>
        {
            xml.Start("Policy");
            IdentityXml.PolicyWithTags(xml, policy);
            xml.End();
        });
    }

    private async ValueTask<QueryAnswer> GetVersionAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var version = request.Get("VersionId");
        if (!IamNames.IsVersion(version))
        {
            return QueryErrors.ValidationError.Because(
                @"1 validation error detected: Value at 'versionId' failed to satisfy constraint: Member must satisfy regular expression pattern: v[1-9][0-9]*(\.[A-Za-z0-9-]*)?");
        }

        var policy = await metadata.GetManagedPolicyAsync(request, cancellationToken, version);
        return version != ManagedPolicy.OnlyVersion
            ? QueryErrors.NoSuchEntity.Because($"Policy {policy.Arn} version {version} does not exist or is not attachable.")
            : QueryAnswer.Of(xml =>
            {
                xml.Start("PolicyVersion");
                xml.Element("Document", IamWords.Escape(policy.Document));
                xml.Element("VersionId", ManagedPolicy.OnlyVersion);
                xml.Element("IsDefaultVersion", true);
                xml.Time("CreateDate", policy.CreatedAt);
                xml.End();
            });
    }

    private async ValueTask<QueryAnswer> ListVersionsAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var policy = await GetPolicyAsync(request, cancellationToken);
        return QueryAnswer.Of(xml =>
        {
            xml.Members("Versions", [policy], static (member, only) =>
            {
                member.Element("VersionId", ManagedPolicy.OnlyVersion);
                member.Element("IsDefaultVersion", true);
                member.Time("CreateDate", only.CreatedAt);
            });
            xml.Page(nextMarker: null);
        });
    }

    private async ValueTask<QueryAnswer> ListAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var scope = request.Find("Scope") ?? "All";
        if (scope is not ("All" or "AWS" or "Local"))
        {
            throw QueryRequest.Invalid("Scope", scope, "Member must satisfy enum value set: [All, AWS, Local]");
        }

        var (prefix, attachedOnly) = (request.FindPathPrefix(), request.Find("OnlyAttached") == "true");
        var own = scope == "AWS" ? [] : await metadata.ListIdentitiesAsync(
            request.AccountId, IdentityKind.Policy, after: null, int.MaxValue, cancellationToken);
        var all = (scope == "Local" ? [] : ManagedPolicy.OfEveryAccount).Concat(own.Select(ManagedPolicy.Of))
            .Where(policy => policy.Path.StartsWith(prefix, StringComparison.Ordinal) && (!attachedOnly || policy.Attachments > 0));
        var (page, next) = IdentityPages.Page(request, all, policy => policy.Arn);
        return QueryAnswer.Of(xml =>
        {
            xml.Members("Policies", page, IdentityXml.Policy);
            xml.Page(next);
        });
    }

    private async ValueTask<QueryAnswer> DeleteAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var policy = await GetPolicyAsync(request, cancellationToken);
        if (ManagedPolicy.FindOfEveryAccount(policy.Arn) is not null)
        {
            return QueryErrors.AccessDenied.Because($"Policies of AWS cannot be deleted: {policy.Arn}");
        }

        return await metadata.DeleteIdentityAsync(
            new DeleteIdentity { Time = time.GetUtcNow(), AccountId = request.AccountId, Kind = IdentityKind.Policy, Name = policy.Name }, policy.Arn, cancellationToken);
    }

    private async ValueTask<ManagedPolicy> GetPolicyAsync(QueryRequest request, CancellationToken cancellationToken)
        => await metadata.GetManagedPolicyAsync(request, cancellationToken);
}
