using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Http;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.ApiServer.Schema;
using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Requests;

/// <summary>
/// Questions a user asks about itself: <c>kubectl auth whoami</c>, <c>auth can-i</c> and <c>auth can-i --list</c>. Resources
/// that are created and answered but never stored.
/// </summary>
internal sealed class SelfSubjectReviews(ApiCore core)
{
    private const string Authentication = "authentication.k8s.io";
    private const string Authorization = "authorization.k8s.io";

    /// <summary>What discovery lists, by group and version.</summary>
    public static IReadOnlyList<ResourceType> Types { get; } =
    [
        new(Authentication, "v1", "SelfSubjectReview", "selfsubjectreviews", false),
        new(Authorization, "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", false),
        new(Authorization, "v1", "SelfSubjectRulesReview", "selfsubjectrulesreviews", false),
    ];

    public static ResourceType? Find(ApiPath path) => path is { Namespace: null, Name: null }
        ? Types.FirstOrDefault(t => t.Group == path.Group && t.Version == path.Version && t.Plural == path.Resource)
        : null;

    public async Task HandleAsync(HttpContext context, UserIdentity user, ResourceType type)
    {
        if (context.Request.Method != "POST")
        {
            throw ApiErrors.MethodNotAllowed();
        }

        var message = $"k8s.io.api.{(type.Group == Authentication ? "authentication" : "authorization")}.v1.{type.Kind}";
        var review = await new TravellingKind(type.ApiVersion, type.Kind, message).ReadAsync(context, core);
        review["status"] = type.Kind switch
        {
            "SelfSubjectReview" => WhoAmI(user),
            "SelfSubjectAccessReview" => Access(review),
            _ => Rules(review),
        };
        review.GetOrAddObject("metadata")["creationTimestamp"] = Timestamps.Format(core.Time.GetUtcNow());
        await AnswerWriter.WriteAsync(context, review, StatusCodes.Status201Created);
    }

    private static JsonObject WhoAmI(UserIdentity user)
    {
        var info = new JsonObject { ["username"] = user.Name, ["groups"] = new JsonArray([.. user.Groups.Select(g => (JsonNode)g)]) };
        if (user.Uid.Length > 0)
        {
            info["uid"] = user.Uid;
        }

        return new() { ["userInfo"] = info };
    }

    /// <summary>Roles and bindings are stored and not enforced, and the answer is what a request would meet.</summary>
    private static JsonObject Access(JsonObject review)
    {
        var spec = review.Object("spec");
        var errors = new FieldErrors();
        if (spec?["resourceAttributes"] is null == spec?["nonResourceAttributes"] is null)
        {
            errors.Invalid("spec.resourceAttributes", spec?["resourceAttributes"], "exactly one of nonResourceAttributes or resourceAttributes must be specified");
        }

        errors.ThrowIfAny(Types[1], "");
        return new() { ["allowed"] = true, ["reason"] = "RBAC is not enforced by this server" };
    }

    private static JsonObject Rules(JsonObject review)
    {
        var errors = new FieldErrors();
        if (review.Object("spec").String("namespace") is null or "")
        {
            errors.Required("spec.namespace", "no namespace on request");
        }

        errors.ThrowIfAny(Types[2], "");
        return new()
        {
            ["resourceRules"] = new JsonArray(new JsonObject { ["verbs"] = All(), ["apiGroups"] = All(), ["resources"] = All() }),
            ["nonResourceRules"] = new JsonArray(new JsonObject { ["verbs"] = All(), ["nonResourceURLs"] = All() }),
            ["incomplete"] = false,
        };
    }

    private static JsonArray All() => ["*"];
}
