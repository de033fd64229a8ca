using System.Collections.Immutable;
using BleepStore.Api.Identities;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.QueryApi.Iam;

/// <summary>
/// Managed policies attached to users, groups and roles: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html and its
/// neighbours.
/// </summary>
internal sealed class AttachmentActions(IMetadataStore metadata, TimeProvider time) : IQueryActions
{
    public IEnumerable<QueryAction> Actions
        => Holders.SelectMany(holder => new[]
        {
            Of($"Attach{holder.Word}Policy", holder, AttachAsync) with { HasResult = false },
            Of($"Detach{holder.Word}Policy", holder, DetachAsync) with { HasResult = false },
            Of($"ListAttached{holder.Word}Policies", holder, ListAsync),
        }).Append(new QueryAction(QueryService.Iam, "ListEntitiesForPolicy", ListEntitiesAsync) { Kind = IdentityKind.Policy, Parameter = "PolicyArn" });

    private static ImmutableArray<Holder> Holders => [Holder.Group, Holder.Role, Holder.User];

    private static QueryAction Of(string name, Holder holder, Func<QueryRequest, Holder, CancellationToken, ValueTask<QueryAnswer>> handler)
        => new(QueryService.Iam, name, (request, cancellationToken) => handler(request, holder, cancellationToken))
        {
            Kind = holder.Kind,
            Parameter = holder.Parameter,
        };

    private async ValueTask<QueryAnswer> AttachAsync(QueryRequest request, Holder holder, CancellationToken cancellationToken)
    {
        var name = request.GetName(holder.Parameter);
        var policy = await metadata.GetManagedPolicyAsync(request, cancellationToken);
        var change = new AttachPolicy(policy.Arn, ManagedPolicy.OwnNameOf(policy.Arn), IamLimits.MaxAttachedPolicies);
        return await ChangeAsync(request, holder, name, change, cancellationToken) switch
        {
            IdentityStatus.LimitExceeded => QueryErrors.LimitExceeded.Because(
                $"Cannot exceed quota for PoliciesPer{holder.Word}: {IamLimits.MaxAttachedPolicies}"),
            var status => Answer(status, holder, name, policy),
        };
    }

    private async ValueTask<QueryAnswer> DetachAsync(QueryRequest request, Holder holder, CancellationToken cancellationToken)
    {
        var name = request.GetName(holder.Parameter);
        var policy = await metadata.GetManagedPolicyAsync(request, cancellationToken);
        var status = await ChangeAsync(request, holder, name, new DetachPolicy(policy.Arn, ManagedPolicy.OwnNameOf(policy.Arn)), cancellationToken);
        return Answer(status, holder, name, policy);
    }

    private async ValueTask<QueryAnswer> ListAsync(QueryRequest request, Holder holder, CancellationToken cancellationToken)
    {
        var name = request.GetName(holder.Parameter);
        var prefix = request.FindPathPrefix();
        if (await metadata.FindIdentityAsync(request.AccountId, holder.Kind, name, cancellationToken) is not { } identity)
        {
            return IamWords.NoSuch(holder.Kind, name);
        }

        var attached = identity.AttachedPolicies.Select(arn => (Arn: arn, Parsed: IdentityArn.TryParse(arn)))
            .Where(policy => policy.Parsed is { } parsed && parsed.Path.StartsWith(prefix, StringComparison.Ordinal));
        var (page, next) = IdentityPages.Page(request, attached, policy => policy.Arn);
        return QueryAnswer.Of(xml =>
        {
            xml.Members("AttachedPolicies", page, static (member, policy) =>
            {
                member.Element("PolicyName", policy.Parsed?.Name ?? "");
                member.Element("PolicyArn", policy.Arn);
            });
            xml.Page(next);
        });
    }

    // Who is attached stands in the records of the attached: a page of an uncommon question walks them.
    private async ValueTask<QueryAnswer> ListEntitiesAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var policy = await metadata.GetManagedPolicyAsync(request, cancellationToken);
        var (filter, prefix) = (request.Find("EntityFilter"), request.FindPathPrefix());
        if (filter is not (null or "User" or "Group" or "Role" or "LocalManagedPolicy" or "AWSManagedPolicy"))
        {
            throw QueryRequest.Invalid(
                "EntityFilter", filter, "Member must satisfy enum value set: [User, Role, Group, LocalManagedPolicy, AWSManagedPolicy]");
        }

        var attached = new List<IdentityRecord>();
        foreach (var holder in Holders.Where(holder => filter is null or "LocalManagedPolicy" or "AWSManagedPolicy" || filter == holder.Word))
        {
            var all = await metadata.ListIdentitiesAsync(request.AccountId, holder.Kind, after: null, int.MaxValue, cancellationToken);
            attached.AddRange(all.Where(identity => identity.AttachedPolicies.Contains(policy.Arn) && identity.Path.StartsWith(prefix, StringComparison.Ordinal)));
        }

        var (page, next) = IdentityPages.Page(request, attached, identity => $"{IamWords.NameOf(identity.Kind)}/{identity.Name}");
        return QueryAnswer.Of(xml =>
        {
            foreach (var holder in Holders)
            {
                xml.Members($"Policy{holder.Word}s", page.Where(identity => identity.Kind == holder.Kind), (member, identity) =>
                {
                    member.Element(holder.Parameter, identity.Name);
                    member.Element(holder.Word + "Id", identity.Id);
                });
            }

            xml.Page(next);
        });
    }

    private static QueryAnswer Answer(IdentityStatus status, Holder holder, string name, ManagedPolicy policy)
        => status == IdentityStatus.PartMissing ? QueryErrors.NoSuchEntity.Because($"Policy {policy.Arn} was not found.")
            : IamWords.ErrorOf(status, holder.Kind, name) is { } error ? error
            : QueryAnswer.Done;

    private ValueTask<IdentityStatus> ChangeAsync(QueryRequest request, Holder holder, string name, IdentityChange change, CancellationToken cancellationToken)
        => metadata.ExecuteAsync(
            new ChangeIdentity { Time = time.GetUtcNow(), AccountId = request.AccountId, Kind = holder.Kind, Name = name, Change = change },
            cancellationToken);
}
