namespace BleepStore.Api.QueryApi;

/// <summary>A service of AWS that speaks its query protocol: an action and parameters in a form, XML in the answer.</summary>
/// <param name="Name">Name in credential scopes and actions.</param>
/// <param name="Version">Value of the parameter <c>Version</c>.</param>
/// <param name="Namespace">Of its answers.</param>
internal sealed record QueryService(string Name, string Version, string Namespace)
{
    public static readonly QueryService Iam = new("iam", "2010-05-08", "https://iam.amazonaws.com/doc/2010-05-08/");
    public static readonly QueryService Sts = new("sts", "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/");

    /// <summary>The service of that name; null when it is none of ours.</summary>
    public static QueryService? Find(string name) => name == Iam.Name ? Iam : name == Sts.Name ? Sts : null;

    /// <summary>The service of that version; null when it is none of ours.</summary>
    public static QueryService? OfVersion(string? version) => version == Iam.Version ? Iam : version == Sts.Version ? Sts : null;
}
