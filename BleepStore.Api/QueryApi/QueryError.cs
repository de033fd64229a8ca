namespace BleepStore.Api.QueryApi;

/// <summary>What IAM and STS answer when they refuse.</summary>
/// <param name="Status">HTTP status code.</param>
/// <param name="Code">The error code that clients branch on.</param>
/// <param name="Message">The sentence for humans.</param>
internal sealed record QueryError(int Status, string Code, string Message)
{
    /// <summary>The same error with a more telling sentence.</summary>
    public QueryError Because(string message) => this with { Message = message };
}

/// <summary>
/// The error table of IAM and STS: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and the pages of their actions.
/// </summary>
internal static class QueryErrors
{
    public static readonly QueryError AccessDenied = new(403, "AccessDenied", "Access Denied");
    public static readonly QueryError DeleteConflict = new(409, "DeleteConflict", "Cannot delete entity, must remove what belongs to it first.");
    public static readonly QueryError EntityAlreadyExists = new(409, "EntityAlreadyExists", "The entity already exists.");
    public static readonly QueryError ExpiredToken = new(403, "ExpiredToken", "The security token included in the request is expired");
    public static readonly QueryError IncompleteSignature = new(400, "IncompleteSignature", "The request signature does not conform to AWS standards.");
    public static readonly QueryError InternalFailure = new(500, "InternalFailure", "The request processing has failed because of an unknown error, exception or failure.");
    public static readonly QueryError InvalidAction = new(400, "InvalidAction", "Could not find operation in this service.");
    public static readonly QueryError InvalidClientTokenId = new(403, "InvalidClientTokenId", "The security token included in the request is invalid.");
    public static readonly QueryError InvalidInput = new(400, "InvalidInput", "The request was rejected because an invalid or out-of-range value was supplied for an input parameter.");
    public static readonly QueryError LimitExceeded = new(409, "LimitExceeded", "The request was rejected because it attempted to create resources beyond the current limits.");
    public static readonly QueryError MalformedInput = new(400, "MalformedInput", "The body of the request is not a form.");
    public static readonly QueryError MalformedPolicyDocument = new(400, "MalformedPolicyDocument", "The policy document is malformed.");
    public static readonly QueryError MissingAction = new(400, "MissingAction", "Missing the parameter Action.");
    public static readonly QueryError MissingAuthenticationToken = new(403, "MissingAuthenticationToken", "Request is missing Authentication Token");
    public static readonly QueryError NoSuchEntity = new(404, "NoSuchEntity", "The entity cannot be found.");
    public static readonly QueryError NotImplemented = new(501, "NotImplemented", "This server does not offer the action.");
    public static readonly QueryError PackedPolicyTooLarge = new(400, "PackedPolicyTooLarge", "The session's policies and tags are larger than a session may have.");
    public static readonly QueryError RequestExpired = new(400, "RequestExpired", "The request is too old, or its time lies in the future.");
    public static readonly QueryError ServiceUnavailable = new(503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server.");
    public static readonly QueryError SignatureDoesNotMatch = new(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.");
    public static readonly QueryError UnmodifiableEntity = new(400, "UnmodifiableEntity", "The entity stands in the configuration, which is authoritative: change it there and restart.");
    public static readonly QueryError ValidationError = new(400, "ValidationError", "The input fails to satisfy the constraints of the action.");
}

/// <summary>Carries a <see cref="QueryError"/> out of a parser of parameters, or the authentication.</summary>
internal sealed class QueryException(QueryError error, Exception? innerException = null) : Exception(error.Message, innerException)
{
    public QueryError Error { get; } = error;
}
