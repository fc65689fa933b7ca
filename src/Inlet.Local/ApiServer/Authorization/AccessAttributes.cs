using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Http;
using Inlet.Local.ApiServer.Resources;
using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Authorization;

/// <summary>What somebody wants to do: with a resource, or with a path that is none.</summary>
/// <param name="Verb"><c>get</c>, <c>list</c>, <c>create</c>, …; for a path the HTTP method in lower case.</param>
/// <param name="Resource">Plural; empty for a path.</param>
/// <param name="Namespace">Empty at the cluster scope.</param>
/// <param name="Name">Empty where no one object is meant.</param>
/// <param name="Path">Null for a resource.</param>
internal sealed record AccessAttributes(
    UserIdentity User, string Verb, string Group = "", string Resource = "", string Subresource = "", string Namespace = "", string Name = "",
    string? Path = null)
{
    private const string ByName = "metadata.name=";

    /// <summary>As rules name it: <c>pods/exec</c>.</summary>
    public string FullResource => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";

    public static AccessAttributes Of(ApiRequest request)
    {
        var type = request.Resource.Version.Type;
        return new(
            request.User, VerbOf(request.Context.Request, request.Path), type.Group, type.Plural, request.Subresource ?? "",
            // A Namespace is reached by its name, and rights inside it count for it, as in Kubernetes.
            type == ResourceTypes.Namespaces ? request.Name ?? "" : request.Namespace ?? "",
            request.Name ?? NameOf(request.Query.Text("fieldSelector")));
    }

    /// <summary>403 in Kubernetes' words.</summary>
    public KubernetesApiException Refusal()
    {
        if (Path is not null)
        {
            return ApiErrors.Forbidden($"forbidden: User {FieldErrors.Quote(User.Name)} cannot {Verb} path {FieldErrors.Quote(Path)}");
        }

        var scope = Namespace.Length == 0 || (Group.Length == 0 && Resource == "namespaces")
            ? "at the cluster scope"
            : $"in the namespace {FieldErrors.Quote(Namespace)}";
        var why = $"User {FieldErrors.Quote(User.Name)} cannot {Verb} resource {FieldErrors.Quote(FullResource)} "
            + $"in API group {FieldErrors.Quote(Group)} {scope}";
        return ApiErrors.Forbidden(new ResourceType(Group, "", "", Resource, false), Name, why);
    }

    /// <summary>Kubernetes' word for what a request does to a resource.</summary>
    public static string VerbOf(HttpRequest request, ApiPath path) => request.Method switch
    {
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => path.Name is null ? "deletecollection" : "delete",
        _ when new QueryParameters(request.Query).Boolean("watch") == true && path.Subresource is null => "watch",
        _ => path.Name is null ? "list" : "get",
    };

    /// <summary>Who lists or watches just one object by a selector may with a right to that object.</summary>
    private static string NameOf(string? fieldSelector) =>
        fieldSelector is not null && fieldSelector.StartsWith(ByName, StringComparison.Ordinal) && !fieldSelector.Contains(',', StringComparison.Ordinal)
            ? fieldSelector[ByName.Length..].TrimStart('=')
            : "";
}
