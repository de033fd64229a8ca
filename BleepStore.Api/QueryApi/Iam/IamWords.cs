using BleepStore.Api.Policies;
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
        IdentityStatus.InUse => QueryErrors.DeleteConflict.Because(ConflictOf(kind)),
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
    public static string GetDocument(this QueryRequest request, string parameter, PolicyKind kind)
    {
        var document = request.Get(parameter);
        if (document.Length is 0 or > IamLimits.MaxDocumentCharacters)
        {
            throw QueryRequest.Invalid(parameter, "...", $"Member must have length between 1 and {IamLimits.MaxDocumentCharacters}");
        }

        try
        {
            _ = PolicyDocument.Parse(document.TrimStart(), kind);
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

    private static string ConflictOf(IdentityKind kind) => kind switch
    {
        IdentityKind.User => "Cannot delete entity, must delete access keys and policies, detach policies and leave groups first.",
        IdentityKind.Group => "Cannot delete entity, must remove users from group, delete policies and detach policies first.",
        IdentityKind.Role => "Cannot delete entity, must delete policies and detach policies first.",
        _ => "Cannot delete a policy attached to entities.",
    };

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
