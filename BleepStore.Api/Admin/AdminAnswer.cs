using System.Text.Encodings.Web;
using System.Text.Json;

namespace BleepStore.Api.Admin;

/// <summary>What an admin endpoint answers: a status, and a value to be written as JSON.</summary>
/// <param name="Status">HTTP status code.</param>
/// <param name="Body">Written as JSON with snake_case names; null for no body.</param>
internal sealed record AdminAnswer(int Status, object? Body)
{
    /// <summary>How the admin API reads and writes JSON: strictly, with names as in the configuration.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.Default,
        WriteIndented = true,
        MaxDepth = 16,
    };

    /// <summary>Value of the Allow header of a 405.</summary>
    public string? Allow { get; init; }

    public static readonly AdminAnswer NoContent = new(StatusCodes.Status204NoContent, Body: null);

    public static AdminAnswer Ok(object body) => new(StatusCodes.Status200OK, body);

    /// <summary>The request was understood, and goes on after this answer.</summary>
    public static AdminAnswer Accepted(object body) => new(StatusCodes.Status202Accepted, body);

    public static AdminAnswer Created(object body) => new(StatusCodes.Status201Created, body);

    /// <summary>A refusal; the request id is added where it is written.</summary>
    public static AdminAnswer Refuse(int status, string code, string message) => new(status, new AdminRefusal(code, message));

    public static AdminAnswer BadRequest(string message) => Refuse(StatusCodes.Status400BadRequest, "BadRequest", message);

    public static AdminAnswer Conflict(string message) => Refuse(StatusCodes.Status409Conflict, "Conflict", message);

    public static AdminAnswer NotFound(string message) => Refuse(StatusCodes.Status404NotFound, "NotFound", message);
}

/// <summary>Why the admin API refuses.</summary>
internal sealed record AdminRefusal(string Code, string Message);

/// <summary>A refusal as it is written.</summary>
internal sealed record AdminError(string Code, string Message, string RequestId);

/// <summary>Carries a refusal out of a parser.</summary>
internal sealed class AdminException(AdminAnswer answer, Exception? innerException = null) : Exception((answer.Body as AdminRefusal)?.Message, innerException)
{
    public AdminAnswer Answer { get; } = answer;
}
