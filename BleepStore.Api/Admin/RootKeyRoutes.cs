using BleepStore.Api.Auth;

namespace BleepStore.Api.Admin;

/// <summary>The root key: <c>/admin/root-key</c> tells which one is in use, <c>/admin/root-key/rotate</c> replaces it.</summary>
internal sealed class RootKeyRoutes(RootKey rootKey, RootKeyRotation rotation) : IAdminRoutes
{
    public IEnumerable<AdminRoute> Routes =>
    [
        new("GET", "/admin/root-key", (_, _) => ValueTask.FromResult(AdminAnswer.Ok(View(rewrapped: null)))),
        new("POST", "/admin/root-key/rotate", RotateAsync),
    ];

    private async ValueTask<AdminAnswer> RotateAsync(AdminRequest request, CancellationToken cancellationToken)
    {
        try
        {
            // Once begun it goes on to its end, also when whoever asked goes away.
            return AdminAnswer.Ok(View(await rotation.RotateAsync(CancellationToken.None)));
        }
        catch (RootKeyException e)
        {
            return AdminAnswer.Conflict(e.Message);
        }
    }

    private object View(int? rewrapped) => new
    {
        rootKey.Id,
        Source = rotation.Path ?? "environment or memory",
        FormerIds = rootKey.FormerIds.ToArray(),
        Rewrapped = rewrapped,
    };
}
