namespace BleepStore.Api.Admin;

/// <summary>Answers one kind of admin request.</summary>
internal delegate ValueTask<AdminAnswer> AdminHandler(AdminRequest request, CancellationToken cancellationToken);

/// <summary>One line of the admin API.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path; <c>{}</c> stands for one segment of the caller's choice.</param>
/// <param name="Handler">What answers.</param>
internal sealed record AdminRoute(string Method, string Path, AdminHandler Handler)
{
    /// <summary>True when the path is of this route; <paramref name="argument"/> is its variable segment, still encoded.</summary>
    public bool Matches(string path, out string? argument)
    {
        argument = null;
        var (wanted, sent) = (Path.Split('/'), path.Split('/'));
        if (wanted.Length != sent.Length)
        {
            return false;
        }

        for (var i = 0; i < wanted.Length; i++)
        {
            if (wanted[i] == "{}" && sent[i].Length > 0)
            {
                argument = sent[i];
            }
            else if (wanted[i] != sent[i])
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A group of admin routes that belong together.</summary>
internal interface IAdminRoutes
{
    IEnumerable<AdminRoute> Routes { get; }
}
