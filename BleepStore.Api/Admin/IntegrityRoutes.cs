using BleepStore.Api.Configuration;
using BleepStore.Api.Integrity;

namespace BleepStore.Api.Admin;

/// <summary>The checks of the running server: <c>/admin/scrub</c> and <c>/admin/fsck</c>. POST starts one, GET shows it, DELETE stops it.</summary>
internal sealed class IntegrityRoutes(IntegrityChecks checks, ScrubOptions options) : IAdminRoutes
{
    public IEnumerable<AdminRoute> Routes =>
    [
        new("POST", "/admin/scrub", StartScrubAsync),
        new("GET", "/admin/scrub", (_, _) => ValueTask.FromResult(AdminAnswer.Ok(ViewScrub()))),
        new("DELETE", "/admin/scrub", StopScrubAsync),
        new("POST", "/admin/fsck", StartFsckAsync),
        new("GET", "/admin/fsck", (_, _) => ValueTask.FromResult(AdminAnswer.Ok(View(checks.Fsck.Run)))),
        new("DELETE", "/admin/fsck", StopFsckAsync),
    ];

    private ValueTask<AdminAnswer> StartScrubAsync(AdminRequest request, CancellationToken cancellationToken)
    {
        var rate = options.Rate;
        if (request.Query("rate") is { } text && !ByteSizes.TryParse(text, out rate))
        {
            return ValueTask.FromResult(AdminAnswer.BadRequest("rate must be a number of bytes a second, such as 50MiB; 0 for no bound."));
        }

        var started = checks.TryStartScrub(rate, Flag(request, "checksums"), Flag(request, "restart"));
        return ValueTask.FromResult(started is null ? AdminAnswer.Conflict("A scrub is running.") : AdminAnswer.Accepted(ViewScrub()));
    }

    private async ValueTask<AdminAnswer> StopScrubAsync(AdminRequest request, CancellationToken cancellationToken)
    {
        await checks.Scrub.StopAsync();
        return AdminAnswer.Ok(ViewScrub());
    }

    private ValueTask<AdminAnswer> StartFsckAsync(AdminRequest request, CancellationToken cancellationToken)
        => ValueTask.FromResult(
            checks.TryStartFsck() is { } started ? AdminAnswer.Accepted(View(started)) : AdminAnswer.Conflict("A fsck is running."));

    private async ValueTask<AdminAnswer> StopFsckAsync(AdminRequest request, CancellationToken cancellationToken)
    {
        await checks.Fsck.StopAsync();
        return AdminAnswer.Ok(View(checks.Fsck.Run));
    }

    private static bool Flag(AdminRequest request, string name) => request.Query(name) switch
    {
        null or "false" => false,
        "true" or "" => true,
        _ => throw new AdminException(AdminAnswer.BadRequest($"{name} must be true or false.")),
    };

    private object ViewScrub() => new
    {
        Scrub = View(checks.Scrub.Run),
        // Where the next one goes on after this one was stopped.
        ScrubbedUpTo = checks.ScrubbedUpTo?.ToString(),
        checks.LastScrubbed,
    };

    private static object View(CheckRun? run) => run is null ? new { State = "idle" } : CheckJson.View(run);
}
