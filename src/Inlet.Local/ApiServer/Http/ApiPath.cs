namespace Inlet.Local.ApiServer.Http;

/// <summary>
/// A path below <c>/api</c> or <c>/apis</c>, taken apart as Kubernetes' RequestInfo does. Whether such a resource exists is
/// not known here.
/// </summary>
/// <param name="Group">Empty for core.</param>
/// <param name="Resource">Plural; empty when the path names the version itself (discovery).</param>
/// <param name="Namespace">Null outside <c>namespaces/…/</c>.</param>
internal sealed record ApiPath(string Group, string Version, string? Namespace, string Resource, string? Name, string? Subresource)
{
    private const string Namespaces = "namespaces";

    /// <returns>Null for a path of another form; <c>/api</c>, <c>/apis</c> and <c>/apis/group</c> are discovery's.</returns>
    public static ApiPath? Parse(string path)
    {
        var segments = path.Trim('/').Split('/');
        if (segments.Any(s => s.Length == 0))
        {
            return null;
        }

        return segments switch
        {
            ["api", var version, .. var rest] => Below("", version, rest),
            ["apis", var group, var version, .. var rest] => Below(group, version, rest),
            _ => null,
        };
    }

    private static ApiPath? Below(string group, string version, string[] rest) => rest switch
    {
        [] => new(group, version, null, "", null, null),
        // A Namespace object's own sub-resources look like resources inside it.
        [Namespaces, var name, "status" or "finalize"] => new(group, version, null, Namespaces, name, rest[2]),
        [Namespaces, var ns, var resource] => new(group, version, ns, resource, null, null),
        [Namespaces, var ns, var resource, var name] => new(group, version, ns, resource, name, null),
        [Namespaces, var ns, var resource, var name, var subresource] => new(group, version, ns, resource, name, subresource),
        [var resource] => new(group, version, null, resource, null, null),
        [var resource, var name] => new(group, version, null, resource, name, null),
        [var resource, var name, var subresource] => new(group, version, null, resource, name, subresource),
        _ => null,
    };
}
