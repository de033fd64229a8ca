using BleepStore.Api.Policies;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.QueryApi.Iam;

/// <summary>
/// Inline policies of users, groups and roles: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html and its neighbours.
/// </summary>
internal sealed class InlinePolicyActions(IMetadataStore metadata, TimeProvider time) : IQueryActions
{
    private const string Policy = "PolicyName";

    public IEnumerable<QueryAction> Actions
        => new[] { Holder.User, Holder.Group, Holder.Role }.SelectMany(holder => new[]
        {
            Of($"Put{holder.Word}Policy", holder, PutAsync) with { HasResult = false },
            Of($"Get{holder.Word}Policy", holder, GetAsync),
            Of($"List{holder.Word}Policies", holder, ListAsync),
            Of($"Delete{holder.Word}Policy", holder, DeleteAsync) with { HasResult = false },
        });

    private static QueryAction Of(string name, Holder holder, Func<QueryRequest, Holder, CancellationToken, ValueTask<QueryAnswer>> handler)
        => new(QueryService.Iam, name, (request, cancellationToken) => handler(request, holder, cancellationToken))
        {
            Kind = holder.Kind,
            Parameter = holder.Parameter,
        };

    private async ValueTask<QueryAnswer> PutAsync(QueryRequest request, Holder holder, CancellationToken cancellationToken)
    {
        var (name, policy) = (request.GetName(holder.Parameter), request.GetName(Policy));
        var change = new SetInlinePolicy(policy, request.GetDocument("PolicyDocument", PolicyKind.Identity), holder.MaxCharacters);
        var status = await ChangeAsync(request, holder, name, change, cancellationToken);
        return status == IdentityStatus.LimitExceeded
            ? QueryErrors.LimitExceeded.Because($"Maximum policy size of {holder.MaxCharacters} bytes exceeded for {IamWords.NameOf(holder.Kind)} {name}")
            : IamWords.ErrorOf(status, holder.Kind, name) is { } error ? error : QueryAnswer.Done;
    }

    private async ValueTask<QueryAnswer> GetAsync(QueryRequest request, Holder holder, CancellationToken cancellationToken)
    {
        var policy = request.GetName(Policy);
        var identity = await GetHolderAsync(request, holder, cancellationToken);
        return !identity.InlinePolicies.TryGetValue(policy, out var document) ? NoSuchPolicy(holder, policy) : QueryAnswer.Of(xml =>
        {
            xml.Element(holder.Parameter, identity.Name);
            xml.Element(Policy, policy);
            xml.Element("PolicyDocument", IamWords.Escape(document));
        });
    }

    private async ValueTask<QueryAnswer> ListAsync(QueryRequest request, Holder holder, CancellationToken cancellationToken)
    {
        var identity = await GetHolderAsync(request, holder, cancellationToken);
        var (page, next) = IdentityPages.Page(request, identity.InlinePolicies.Keys, name => name);
        return QueryAnswer.Of(xml =>
        {
            xml.Members("PolicyNames", page, static (member, name) => member.Text(name));
            xml.Page(next);
        });
    }

    private async ValueTask<QueryAnswer> DeleteAsync(QueryRequest request, Holder holder, CancellationToken cancellationToken)
    {
        var (name, policy) = (request.GetName(holder.Parameter), request.GetName(Policy));
        var status = await ChangeAsync(request, holder, name, new RemoveInlinePolicy(policy), cancellationToken);
        return status == IdentityStatus.PartMissing ? NoSuchPolicy(holder, policy)
            : IamWords.ErrorOf(status, holder.Kind, name) is { } error ? error
            : QueryAnswer.Done;
    }

    private async ValueTask<IdentityRecord> GetHolderAsync(QueryRequest request, Holder holder, CancellationToken cancellationToken)
    {
        var name = request.GetName(holder.Parameter);
        return await metadata.FindIdentityAsync(request.AccountId, holder.Kind, name, cancellationToken)
            ?? throw new QueryException(IamWords.NoSuch(holder.Kind, name));
    }

    private ValueTask<IdentityStatus> ChangeAsync(QueryRequest request, Holder holder, string name, IdentityChange change, CancellationToken cancellationToken)
        => metadata.ExecuteAsync(
            new ChangeIdentity { Time = time.GetUtcNow(), AccountId = request.AccountId, Kind = holder.Kind, Name = name, Change = change },
            cancellationToken);

    private static QueryError NoSuchPolicy(Holder holder, string policy)
        => QueryErrors.NoSuchEntity.Because($"The {IamWords.NameOf(holder.Kind)} policy with name {policy} cannot be found.");
}
