using BleepStore.Api.Policies;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.QueryApi.Iam;

/// <summary>The sentences and checks that several actions of IAM share.</summary>
internal static class IamWords
{
    /// <summary>The error of an identity that is not there.</summary>
    public static QueryError NoSuch(IdentityKind kind, string name) => QueryErrors.NoSuchEntity.Because(
        kind == IdentityKind.Policy ? $"Policy {name} was not found." : $"The {NameOf(kind)} with name {name} cannot be found.");

    /// <summary>The error of a name that is taken.</summary>
    public static QueryError Exists(IdentityKind kind, string name) => QueryErrors.EntityAlreadyExists.Because(
        kind == IdentityKind.Policy ? $"A policy called {name} already exists. Duplicate names are not allowed." : $"{Capital(NameOf(kind))} with name {name} already exists.");

    /// <summary>The error that a command's status means for the identity it names; null when it was done.</summary>
    public static QueryError? ErrorOf(IdentityStatus status, IdentityKind kind, string name) => status switch
    {
        IdentityStatus.Done => null,
        IdentityStatus.Missing => NoSuch(kind, name),
        IdentityStatus.Exists => Exists(kind, name),
        IdentityStatus.InUse => QueryErrors.DeleteConflict,
        IdentityStatus.LimitExceeded => QueryErrors.LimitExceeded,
        _ => QueryErrors.NoSuchEntity,
    };

    public static string NameOf(IdentityKind kind) => kind switch
    {
        IdentityKind.User => "user",
        IdentityKind.Group => "group",
        IdentityKind.Role => "role",
        _ => "policy",
    };

    /// <summary>A policy document from a parameter, checked.</summary>
    /// <exception cref="QueryException">ValidationError: it is missing or far too long. MalformedPolicyDocument: it is no policy of that kind.</exception>
    public static string GetDocument(this QueryRequest request, string parameter, PolicyKind kind) => request.GetDocument(parameter, kind, out _);

    /// <summary>The same, with what it says.</summary>
    /// <exception cref="QueryException">ValidationError: it is missing or far too long. MalformedPolicyDocument: it is no policy of that kind.</exception>
    public static string GetDocument(this QueryRequest request, string parameter, PolicyKind kind, out PolicyDocument policy)
    {
        var document = request.Get(parameter);
        if (document.Length is 0 or > IamLimits.MaxDocumentCharacters)
        {
            throw QueryRequest.Invalid(parameter, "...", $"Member must have length between 1 and {IamLimits.MaxDocumentCharacters}");
        }

        try
        {
            policy = PolicyDocument.Parse(document.TrimStart(), kind);
            return document;
        }
        catch (PolicyException e)
        {
            throw new QueryException(QueryErrors.MalformedPolicyDocument.Because(e.Message), e);
        }
    }

    /// <summary>How many characters of a document count.</summary>
    public static int SizeOf(string document) => document.Count(c => !char.IsWhiteSpace(c));

    /// <summary>A document as IAM gives it back.</summary>
    public static string Escape(string document) => Uri.EscapeDataString(document);

    /// <summary>The command that makes an identity, within the quota of its account.</summary>
    public static CreateIdentity Creation(IdentityRecord identity)
        => new() { Time = identity.CreatedAt, Identity = identity, Limit = IamLimits.Of(identity.Kind) };

    /// <summary>The error that the status of <see cref="Creation"/> means; null when it was done.</summary>
    public static QueryError? ErrorOfCreation(IdentityStatus status, IdentityRecord identity) => status == IdentityStatus.LimitExceeded
        ? QueryErrors.LimitExceeded.Because($"Cannot exceed quota for {PluralOf(identity.Kind)}PerAccount: {IamLimits.Of(identity.Kind)}")
        : ErrorOf(status, identity.Kind, identity.Name);

    /// <summary>Deletes an identity; the refusal says what stands in the way, one thing at a time.</summary>
    public static async ValueTask<QueryAnswer> DeleteIdentityAsync(
        this IMetadataStore metadata, DeleteIdentity command, string shownName, CancellationToken cancellationToken)
    {
        var status = await metadata.ExecuteAsync(command, cancellationToken);
        if (status == IdentityStatus.InUse
            && await metadata.FindIdentityAsync(command.AccountId, command.Kind, command.Name, cancellationToken) is { } identity)
        {
            return QueryErrors.DeleteConflict.Because(ConflictOf(identity));
        }

        return ErrorOf(status, command.Kind, shownName) is { } error ? error : QueryAnswer.Done;
    }

    private static string ConflictOf(IdentityRecord identity) => identity switch
    {
        { Kind: IdentityKind.Policy } => "Cannot delete a policy attached to entities.",
        { AttachedPolicies.IsEmpty: false } => "Cannot delete entity, must detach all policies first.",
        { InlinePolicies.IsEmpty: false } => "Cannot delete entity, must delete policies first.",
        { AccessKeys.IsEmpty: false } => "Cannot delete entity, must delete access keys first.",
        _ => "Cannot delete entity, must remove users from group first.",
    };

    private static string PluralOf(IdentityKind kind) => kind == IdentityKind.Policy ? "Policies" : Capital(NameOf(kind)) + "s";

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
