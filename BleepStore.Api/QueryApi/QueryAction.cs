using BleepStore.Api.Xml;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.QueryApi;

/// <summary>Answers one action of a query service.</summary>
internal delegate ValueTask<QueryAnswer> QueryHandler(QueryRequest request, CancellationToken cancellationToken);

/// <summary>One action of a query service.</summary>
/// <param name="Service">IAM or STS.</param>
/// <param name="Name">The AWS name.</param>
/// <param name="Handler">What answers.</param>
internal sealed record QueryAction(QueryService Service, string Name, QueryHandler Handler)
{
    /// <summary>What the action is done to; null for the account as a whole.</summary>
    public IdentityKind? Kind { get; init; }

    /// <summary>Parameter with the name of what it is done to; one that holds an ARN ends in <c>Arn</c>.</summary>
    public string Parameter { get; init; } = "";

    /// <summary>Parameter with the name that the action gives it, which takes the same right; null where it gives none.</summary>
    public string? NewName { get; init; }

    /// <summary>The action whose right tags in the request take beside; null where there are none.</summary>
    public string? TagAction { get; init; }

    /// <summary>False for the actions that everybody may do, or that decide themselves.</summary>
    public bool NeedsPermission { get; init; } = true;

    /// <summary>False for actions that answer nothing but that they were done.</summary>
    public bool HasResult { get; init; } = true;
}

/// <summary>Actions that belong together.</summary>
internal interface IQueryActions
{
    IEnumerable<QueryAction> Actions { get; }
}

/// <summary>What an action answers: an error, or what stands in its result.</summary>
internal sealed record QueryAnswer(QueryError? Error, Action<S3XmlWriter>? Result)
{
    public static readonly QueryAnswer Done = new(null, null);

    public static QueryAnswer Of(Action<S3XmlWriter> result) => new(null, result);

    public static implicit operator QueryAnswer(QueryError error) => new(error, null);
}
