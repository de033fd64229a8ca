using BleepStore.Api.Configuration;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Admin;

/// <summary>The access keys: <c>/admin/credentials</c>. A secret is shown once, by the request that makes it.</summary>
internal sealed class CredentialRoutes(CredentialStore credentials) : IAdminRoutes
{
    private const int DefaultPageSize = 100;
    private const int MaxPageSize = 1000;
    private const int MaxNameLength = 128;

    public IEnumerable<AdminRoute> Routes =>
    [
        new("GET", "/admin/credentials", ListAsync),
        new("POST", "/admin/credentials", CreateAsync),
        new("GET", "/admin/credentials/{}", GetAsync),
        new("DELETE", "/admin/credentials/{}", DeleteAsync),
        new("PUT", "/admin/credentials/{}/status", SetStatusAsync),
    ];

    private async ValueTask<AdminAnswer> ListAsync(AdminRequest request, CancellationToken cancellationToken)
    {
        var limit = AdminPipeline.ParseLimit(request.Query("limit"), DefaultPageSize, MaxPageSize);
        var page = await credentials.ListAsync(request.Query("after"), limit + 1, cancellationToken);
        return AdminAnswer.Ok(new
        {
            Credentials = page.Take(limit).Select(View).ToArray(),
            NextAfter = page.Length > limit ? page[limit - 1].AccessKey : null,
        });
    }

    private async ValueTask<AdminAnswer> CreateAsync(AdminRequest request, CancellationToken cancellationToken)
    {
        var wanted = await request.ReadJsonAsync<NewCredential>(cancellationToken);
        if (FaultOf(wanted) is { } fault)
        {
            return AdminAnswer.BadRequest(fault);
        }

        var (created, secret, conflict) = await credentials.CreateAsync(wanted, cancellationToken);
        return created is null ? AdminAnswer.Conflict(conflict ?? "") : AdminAnswer.Created(new
        {
            created.AccessKey,
            SecretKey = secret,
            Account = created.AccountId,
            Id = created.PrincipalId,
            created.DisplayName,
            created.Active,
            created.CreatedAt,
        });
    }

    private async ValueTask<AdminAnswer> GetAsync(AdminRequest request, CancellationToken cancellationToken)
        => await credentials.FindAsync(request.Argument, cancellationToken) is { } credential ? AdminAnswer.Ok(View(credential)) : Missing;

    private async ValueTask<AdminAnswer> DeleteAsync(AdminRequest request, CancellationToken cancellationToken)
    {
        if (await credentials.FindAsync(request.Argument, cancellationToken) is not { } credential)
        {
            return Missing;
        }

        return await credentials.DeleteAsync(credential, cancellationToken) is { } conflict ? AdminAnswer.Conflict(conflict) : AdminAnswer.NoContent;
    }

    private async ValueTask<AdminAnswer> SetStatusAsync(AdminRequest request, CancellationToken cancellationToken)
    {
        var status = await request.ReadJsonAsync<NewStatus>(cancellationToken);
        if (await credentials.FindAsync(request.Argument, cancellationToken) is not { } credential)
        {
            return Missing;
        }

        return await credentials.SetActiveAsync(credential, status.Active, cancellationToken) is { } conflict
            ? AdminAnswer.Conflict(conflict)
            : AdminAnswer.Ok(View(credential with { Active = status.Active }));
    }

    private static AdminAnswer Missing => AdminAnswer.NotFound("There is no such access key.");

    private static object View(CredentialRecord credential) => new
    {
        credential.AccessKey,
        Account = credential.AccountId,
        Id = credential.PrincipalId,
        credential.DisplayName,
        credential.Active,
        IsRoot = credential.IsStoreRoot,
        Origin = credential.Origin == CredentialOrigin.Admin ? "admin" : "configuration",
        credential.CreatedAt,
    };

    private static string? FaultOf(NewCredential wanted)
        => wanted.AccessKey is { } accessKey && !AccessKeys.IsAccessKey(accessKey) ? $"access_key must be {AccessKeys.AccessKey.Allowed}."
            : wanted.SecretKey is { } secret && !AccessKeys.IsSecretKey(secret) ? $"secret_key must be {AccessKeys.SecretKey.Allowed}."
            : IsUnfit(wanted.Account) ? "account must be at most 128 visible characters."
            : IsUnfit(wanted.Id) ? "id must be at most 128 visible characters."
            : IsUnfit(wanted.DisplayName) ? "display_name must be at most 128 visible characters."
            : IsUnfit(wanted.Email) ? "email must be at most 128 visible characters."
            : null;

    private static bool IsUnfit(string? text)
        => text is not null && (string.IsNullOrWhiteSpace(text) || text.Length > MaxNameLength || text.Any(char.IsControl));

    /// <summary>Whether an access key may be used.</summary>
    private sealed record NewStatus(bool Active);
}
