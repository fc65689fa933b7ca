using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Authorization;
using Inlet.Local.ApiServer.Http;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.ApiServer.Schema;
using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Requests;

/// <summary>
/// Questions about users and rights: <c>kubectl auth whoami</c>, <c>auth can-i</c> and <c>auth can-i --list</c>, and what
/// other servers ask about somebody who came to them. Resources that are created and answered but never stored.
/// </summary>
internal sealed class AccessReviews(ApiCore core, Authenticator authenticator, RbacAuthorizer authorizer)
{
    private const string Authentication = "authentication.k8s.io";
    private const string Authorization = "authorization.k8s.io";

    /// <summary>What discovery lists, by group and version.</summary>
    public static IReadOnlyList<ResourceType> Types { get; } =
    [
        new(Authentication, "v1", "SelfSubjectReview", "selfsubjectreviews", false),
        new(Authentication, "v1", "TokenReview", "tokenreviews", false),
        new(Authorization, "v1", "LocalSubjectAccessReview", "localsubjectaccessreviews", true),
        new(Authorization, "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", false),
        new(Authorization, "v1", "SelfSubjectRulesReview", "selfsubjectrulesreviews", false),
        new(Authorization, "v1", "SubjectAccessReview", "subjectaccessreviews", false),
    ];

    public static ResourceType? Find(ApiPath path) => path.Name is null
        ? Types.FirstOrDefault(t => t.Group == path.Group && t.Version == path.Version && t.Plural == path.Resource && t.Namespaced == path.Namespace is not null)
        : null;

    /// <param name="ns">Null but for the review that is namespaced.</param>
    public async Task HandleAsync(HttpContext context, UserIdentity user, ResourceType type, string? ns)
    {
        if (context.Request.Method != "POST")
        {
            throw ApiErrors.MethodNotAllowed();
        }

        authorizer.Require(new(user, "create", type.Group, type.Plural, Namespace: ns ?? ""));
        var message = $"k8s.io.api.{(type.Group == Authentication ? "authentication" : "authorization")}.v1.{type.Kind}";
        var review = await new TravellingKind(type.ApiVersion, type.Kind, message).ReadAsync(context, core);
        var spec = review.Object("spec");
        review["status"] = type.Kind switch
        {
            "SelfSubjectReview" => WhoAmI(user),
            "TokenReview" => Token(spec),
            "SelfSubjectAccessReview" => Access(user, spec, type),
            "SelfSubjectRulesReview" => Rules(user, spec, type),
            _ => Access(Subject(spec, type, ns), spec, type),
        };
        review.GetOrAddObject("metadata")["creationTimestamp"] = Timestamps.Format(core.Time.GetUtcNow());
        await AnswerWriter.WriteAsync(context, review, StatusCodes.Status201Created);
    }

    private static JsonObject WhoAmI(UserIdentity user) => new() { ["userInfo"] = Info(user) };

    private static JsonObject Info(UserIdentity user)
    {
        var info = new JsonObject { ["username"] = user.Name, ["groups"] = new JsonArray([.. user.Groups.Select(g => (JsonNode)g)]) };
        if (user.Uid.Length > 0)
        {
            info["uid"] = user.Uid;
        }

        return info;
    }

    private JsonObject Token(JsonObject? spec) => authenticator.User(spec.String("token") ?? "") is { } user
        ? new() { ["authenticated"] = true, ["user"] = Info(user), ["audiences"] = new JsonArray(Credentials.ServiceAccountTokens.Issuer) }
        : new() { ["user"] = new JsonObject(), ["error"] = "invalid bearer token" };

    private JsonObject Access(UserIdentity user, JsonObject? spec, ResourceType type)
    {
        var errors = new FieldErrors();
        var resource = spec.Object("resourceAttributes");
        var path = spec.Object("nonResourceAttributes");
        if (resource is null == path is null)
        {
            errors.Invalid("spec.resourceAttributes", resource, "exactly one of nonResourceAttributes or resourceAttributes must be specified");
        }

        errors.ThrowIfAny(type, "");
        var wanted = path is not null
            ? new AccessAttributes(user, path.String("verb") ?? "", Path: path.String("path") ?? "")
            : new AccessAttributes(
                user, Text(resource, "verb"), Text(resource, "group"), Text(resource, "resource"), Text(resource, "subresource"),
                Text(resource, "namespace"), Text(resource, "name"));
        return authorizer.WhyAllowed(wanted) switch
        {
            null => new() { ["allowed"] = false },
            "" => new() { ["allowed"] = true },
            var why => new() { ["allowed"] = true, ["reason"] = why },
        };
    }

    /// <summary>The user the question is about.</summary>
    private static UserIdentity Subject(JsonObject? spec, ResourceType type, string? ns)
    {
        var groups = spec.Array("groups")?.Select(g => g!.GetValue<string>()).ToList() ?? [];
        var errors = new FieldErrors();
        if (string.IsNullOrEmpty(spec.String("user")) && groups.Count == 0)
        {
            errors.Invalid("spec.user", "", "at least one of user or group must be specified");
        }

        if (ns is not null && spec.Object("resourceAttributes").String("namespace") != ns)
        {
            errors.Invalid("spec.resourceAttributes.namespace", spec.Object("resourceAttributes").String("namespace"), $"must match metadata.namespace {ns}");
        }

        errors.ThrowIfAny(type, "");
        return new(spec.String("user") ?? "", spec.String("uid") ?? "", groups);
    }

    private JsonObject Rules(UserIdentity user, JsonObject? spec, ResourceType type)
    {
        var errors = new FieldErrors();
        if (spec.String("namespace") is null or "")
        {
            errors.Required("spec.namespace", "no namespace on request");
        }

        errors.ThrowIfAny(type, "");
        var rules = authorizer.RulesOf(user, spec.String("namespace")!);
        return new()
        {
            ["resourceRules"] = new JsonArray([.. rules.Where(r => r.Paths.Count == 0).Select(r => r.ToReview())]),
            ["nonResourceRules"] = new JsonArray([.. rules.Where(r => r.Paths.Count > 0).Select(r => r.ToReview())]),
            ["incomplete"] = false,
        };
    }

    // "*" in a question means everything, and is covered by a rule for everything alone: no special case.
    private static string Text(JsonObject? attributes, string key) => attributes.String(key) ?? "";
}
