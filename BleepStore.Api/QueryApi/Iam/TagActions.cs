using BleepStore.Metadata;
using BleepStore.Metadata.Commands;

namespace BleepStore.Api.QueryApi.Iam;

/// <summary>Tags of users and roles: https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagUser.html and its neighbours.</summary>
internal sealed class TagActions(IMetadataStore metadata, TimeProvider time) : IQueryActions
{
    public IEnumerable<QueryAction> Actions
        => new[] { Holder.User, Holder.Role }.SelectMany(holder => new[]
        {
            Of($"Tag{holder.Word}", holder, TagAsync) with { HasResult = false },
            Of($"Untag{holder.Word}", holder, UntagAsync) with { HasResult = false },
            Of($"List{holder.Word}Tags", holder, ListAsync),
        });

    private static QueryAction Of(string name, Holder holder, Func<QueryRequest, Holder, CancellationToken, ValueTask<QueryAnswer>> handler)
        => new(QueryService.Iam, name, (request, cancellationToken) => handler(request, holder, cancellationToken))
        {
            Kind = holder.Kind,
            Parameter = holder.Parameter,
        };

    private ValueTask<QueryAnswer> TagAsync(QueryRequest request, Holder holder, CancellationToken cancellationToken)
        => ChangeAsync(request, holder, new SetIdentityTags(request.Tags(IamLimits.MaxTags), IamLimits.MaxTags), cancellationToken);

    private ValueTask<QueryAnswer> UntagAsync(QueryRequest request, Holder holder, CancellationToken cancellationToken)
        => ChangeAsync(request, holder, new RemoveIdentityTags(request.TagKeys(IamLimits.MaxTags)), cancellationToken);

    private async ValueTask<QueryAnswer> ListAsync(QueryRequest request, Holder holder, CancellationToken cancellationToken)
    {
        var name = request.GetName(holder.Parameter);
        if (await metadata.FindIdentityAsync(request.AccountId, holder.Kind, name, cancellationToken) is not { } identity)
        {
            return IamWords.NoSuch(holder.Kind, name);
        }

        var (page, next) = IdentityPages.Page(request, identity.Tags, tag => tag.Key);
        return QueryAnswer.Of(xml =>
        {
            xml.Members("Tags", page, static (member, tag) =>
            {
                member.Element("Key", tag.Key);
                member.Element("Value", tag.Value);
            });
            xml.Page(next);
        });
    }

    private async ValueTask<QueryAnswer> ChangeAsync(QueryRequest request, Holder holder, IdentityChange change, CancellationToken cancellationToken)
    {
        var name = request.GetName(holder.Parameter);
        var status = await metadata.ExecuteAsync(
            new ChangeIdentity { Time = time.GetUtcNow(), AccountId = request.AccountId, Kind = holder.Kind, Name = name, Change = change },
            cancellationToken);
        return IamWords.ErrorOf(status, holder.Kind, name) is { } error ? error : QueryAnswer.Done;
    }
}
