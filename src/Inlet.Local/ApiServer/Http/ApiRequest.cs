using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.ApiServer.Schema;
using Inlet.Local.ApiServer.Tables;
using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Http;

/// <summary>One request for a served resource: what path, query and headers say of it.</summary>
internal sealed class ApiRequest(HttpContext context, UserIdentity user, ServedResource resource, ApiPath path)
{
    private const int MaximumManagerLength = 128;

    public HttpContext Context { get; } = context;

    /// <summary>Who asks.</summary>
    public UserIdentity User { get; } = user;

    public ServedResource Resource { get; } = resource;

    public ApiPath Path { get; } = path;

    public string? Namespace { get; } = path.Namespace;

    public string? Name { get; } = path.Name;

    public string? Subresource { get; } = path.Subresource;

    public QueryParameters Query { get; } = new(context.Request.Query);

    public Representation Representation { get; } = Representation.Negotiate(context.Request);

    public CancellationToken Aborted => Context.RequestAborted;

    public IncludeObject IncludeObject => TableBuilder.ParseIncludeObject(Query.Text("includeObject"));

    /// <param name="optionsKind"><c>CreateOptions</c>, <c>UpdateOptions</c>, <c>PatchOptions</c>.</param>
    public WriteContext WriteContext(string optionsKind, IReadOnlyList<string> duplicateFields) => new()
    {
        DryRun = Query.DryRun(optionsKind),
        User = User,
        FieldManager = FieldManager,
        FieldValidation = FieldValidation.ParseMode(Query.Text("fieldValidation")),
        DuplicateFields = duplicateFields,
    };

    /// <summary>The context of a server-side apply, which has to say who applies.</summary>
    /// <exception cref="KubernetesApiException">422 without a fieldManager.</exception>
    public WriteContext ApplyContext()
    {
        var errors = new FieldErrors();
        if (string.IsNullOrEmpty(Query.Text("fieldManager")))
        {
            errors.Required("fieldManager", "is required for apply patch");
        }

        errors.ThrowIfAny(Options("PatchOptions"), "");
        return new()
        {
            IsApply = true,
            User = User,
            Force = Query.Boolean("force") == true,
            DryRun = Query.DryRun("PatchOptions"),
            FieldManager = FieldManager,
            FieldValidation = FieldValidation.ParseMode(Query.Text("fieldValidation")),
        };
    }

    private static ResourceType Options(string kind) => new("meta.k8s.io", "v1", kind, "", false);

    /// <summary>As given, else as in Kubernetes the client program's name.</summary>
    private string FieldManager
    {
        get
        {
            if (Query.Text("fieldManager") is { Length: > 0 } given)
            {
                var errors = new FieldErrors();
                if (given.Length > MaximumManagerLength)
                {
                    errors.TooLong("fieldManager", MaximumManagerLength);
                }

                errors.ThrowIfAny(Options("PatchOptions"), "");
                return given;
            }

            var agent = Context.Request.Headers.UserAgent.ToString();
            var slash = agent.IndexOf('/', StringComparison.Ordinal);
            return slash > 0 ? agent[..slash] : agent.Length > 0 ? agent : "unknown";
        }
    }
}
