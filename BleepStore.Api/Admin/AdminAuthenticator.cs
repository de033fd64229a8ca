using System.Security.Cryptography;
using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Configuration;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Admin;

/// <summary>Who may use the admin API, and how the body of the request proves itself.</summary>
/// <param name="Caller">For the log.</param>
/// <param name="Payload">How the body has to prove itself.</param>
internal sealed record AdminCaller(string Caller, PayloadMode Payload);

/// <summary>
/// Lets in the store's root credential, by a signature in the header, and the bearer of the admin token; nobody else, and without telling them why.
/// </summary>
internal sealed class AdminAuthenticator(VerifiedRequest.Verifier verifier, BleepStoreOptions options)
{
    private const string BearerScheme = "Bearer ";
    private const string SignatureScheme = "AWS4-HMAC-SHA256 ";

    // Hashed, so that the comparison takes as long for tokens of any length.
    private readonly byte[]? _tokenHash = options.Server.AdminToken is { } token ? SHA256.HashData(Encoding.UTF8.GetBytes(token)) : null;

    /// <summary>The caller, or null: refused.</summary>
    /// <exception cref="AdminException">The request lacks a header that no signature is valid without.</exception>
    public async ValueTask<AdminCaller?> AuthenticateAsync(IncomingRequest request, CancellationToken cancellationToken)
    {
        if (request.Headers.Authorization is not [{ } authorization])
        {
            return null;
        }

        if (authorization.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase))
        {
            return IsToken(authorization[BearerScheme.Length..]) ? new AdminCaller("admin token", new PayloadMode.Unsigned()) : null;
        }

        // A signature in the query would make a link to the admin API that anybody could follow.
        return authorization.StartsWith(SignatureScheme, StringComparison.Ordinal) ? await VerifyAsync(request, cancellationToken) : null;
    }

    /// <summary>True for the admin token; never where none is configured.</summary>
    public bool IsToken(string sent)
        => _tokenHash is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(sent)), _tokenHash);

    private async ValueTask<AdminCaller?> VerifyAsync(IncomingRequest request, CancellationToken cancellationToken)
    {
        // Older releases of curl leave it out; to say so tells nothing about any key.
        if (!request.Headers.ContainsKey(PayloadDeclaration.HeaderName))
        {
            throw new AdminException(AdminAnswer.BadRequest($"Missing required header for this request: {PayloadDeclaration.HeaderName}"));
        }

        try
        {
            var verified = await verifier.VerifyAsync(request, cancellationToken);
            return verified is { IsPresigned: false, Caller: Caller.Account { IsRoot: true } root }
                ? new AdminCaller(root.AccessKey, verified.Payload)
                : null;
        }
        catch (S3Exception)
        {
            return null;
        }
    }
}
