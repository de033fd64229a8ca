using System.Text;
using System.Text.Json;
using BleepStore.Api.Auth;
using BleepStore.Api.Bodies;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Admin;

/// <summary>A request to the admin API whose sender may make it.</summary>
/// <param name="context">The request.</param>
/// <param name="incoming">The same as the verifier read it.</param>
/// <param name="payload">How the body proves itself.</param>
/// <param name="caller">Who sent it, for the log.</param>
/// <param name="argument">What the path names in the place of its variable segment; null where it has none.</param>
internal sealed class AdminRequest(HttpContext context, IncomingRequest incoming, PayloadMode payload, string caller, string? argument)
{
    private const int MaxBodyBytes = 64 * 1024;

    /// <summary>Who sent it: an access key, or the token.</summary>
    public string Caller { get; } = caller;

    /// <summary>The variable segment of the path, decoded.</summary>
    public string Argument { get; } = argument ?? "";

    public CancellationToken Aborted => context.RequestAborted;

    /// <summary>A query parameter, null when absent.</summary>
    public string? Query(string name) => incoming.Query[name];

    /// <summary>The body as JSON: one object, no unknown or repeated names, nothing after it.</summary>
    /// <exception cref="AdminException">It is something else, or too long.</exception>
    public async ValueTask<T> ReadJsonAsync<T>(CancellationToken cancellationToken)
    {
        var bytes = await ReadBytesAsync(cancellationToken);
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, AdminAnswer.Json)
                ?? throw new AdminException(AdminAnswer.BadRequest("The body must be a JSON object."));
        }
        catch (JsonException e)
        {
            throw new AdminException(AdminAnswer.BadRequest(Fault<T>(e)), e);
        }
    }

    /// <summary>The body as text, for documents that are kept as they were sent.</summary>
    /// <exception cref="AdminException">It is no UTF-8, or too long.</exception>
    public async ValueTask<string> ReadTextAsync(CancellationToken cancellationToken)
    {
        var bytes = await ReadBytesAsync(cancellationToken);
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new AdminException(AdminAnswer.BadRequest("The body must be UTF-8."), e);
        }
    }

    private async ValueTask<byte[]> ReadBytesAsync(CancellationToken cancellationToken)
    {
        using var body = RequestBody.Open(incoming, payload, BodyRequirements.Document(MaxBodyBytes));
        return await body.ReadAllAsync(cancellationToken);
    }

    // The exception's own message names types of this program, which help nobody who calls it.
    private static string Fault<T>(JsonException e)
    {
        var names = string.Join(", ", AdminAnswer.Json.GetTypeInfo(typeof(T)).Properties.Select(property => property.Name));
        var place = e.Path is { Length: > 1 } path ? $"; what stands at {path} does not fit" : "";
        return $"The body must be one JSON object, each name once, of: {names}{place}.";
    }
}
