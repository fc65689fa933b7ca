using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Ownership;

namespace Inlet.Local.Controllers.Pods;

/// <summary>Makes and removes the pods of one kind of owner, and tells so in Events about the owner.</summary>
/// <param name="component">The controller the Events come from.</param>
internal sealed class PodControl(string component, ResourceType ownerType, ControllerContext context)
{
    /// <summary>Pods made at once before it is known whether making them works at all; doubles with each success.</summary>
    private const int FirstBatch = 1;

    /// <summary>A pod as <paramref name="template"/> says, controlled by <paramref name="owner"/>, its name generated from the owner's.</summary>
    public JsonObject FromTemplate(JsonObject? template, JsonObject owner)
    {
        var metadata = new JsonObject { ["generateName"] = $"{owner.Name()}-", ["namespace"] = owner.Namespace() };
        foreach (var key in (ReadOnlySpan<string>)["labels", "annotations", "finalizers"])
        {
            if (template.Object("metadata")?[key] is { } value)
            {
                metadata[key] = value.DeepClone();
            }
        }

        metadata["ownerReferences"] = new JsonArray(OwnerReferences.ToController(ownerType, owner));
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = metadata,
            ["spec"] = template.Object("spec")?.DeepClone() ?? new JsonObject(),
        };
    }

    /// <summary>
    /// Makes pods in growing batches, 1, 2, 4, …: when none can be made (a quota, an admission rule), one failure tells it, not
    /// a thousand.
    /// </summary>
    /// <exception cref="KubernetesApiException">The first refusal; pods of earlier batches stay.</exception>
    public async Task CreateManyAsync(JsonObject owner, IReadOnlyList<JsonObject> pods, CancellationToken cancellationToken)
    {
        var size = FirstBatch;
        for (var done = 0; done < pods.Count; done += size, size *= 2)
        {
            await Task.WhenAll(pods.Skip(done).Take(size).Select(pod => CreateAsync(owner, pod, cancellationToken)));
        }
    }

    /// <exception cref="KubernetesApiException">Refused; an Event about the owner says so, unless its namespace is going away.</exception>
    public async Task<JsonObject> CreateAsync(JsonObject owner, JsonObject pod, CancellationToken cancellationToken)
    {
        try
        {
            var created = await context.Writer.CreateAsync(ResourceTypes.Pods, owner.Namespace(), pod, cancellationToken);
            context.Events.Record(component, owner, "Normal", "SuccessfulCreate", $"Created pod: {created.Name()}");
            return created;
        }
        catch (KubernetesApiException refused)
        {
            if (!IsNamespaceTerminating(refused))
            {
                context.Events.Record(component, owner, "Warning", "FailedCreate", $"Error creating: {refused.Message}");
            }

            throw;
        }
    }

    public Task DeleteManyAsync(JsonObject owner, IEnumerable<JsonObject> pods, CancellationToken cancellationToken) =>
        Task.WhenAll(pods.Select(pod => DeleteAsync(owner, pod, cancellationToken)));

    public async Task DeleteAsync(JsonObject owner, JsonObject pod, CancellationToken cancellationToken)
    {
        try
        {
            await context.Writer.DeleteAsync(ResourceTypes.Pods, ObjectKey.Of(pod), pod.Uid(), cancellationToken);
            context.Events.Record(component, owner, "Normal", "SuccessfulDelete", $"Deleted pod: {pod.Name()}");
        }
        catch (KubernetesApiException refused)
        {
            context.Events.Record(component, owner, "Warning", "FailedDelete", $"Error deleting: {refused.Message}");
            throw;
        }
    }

    /// <summary>Ends a turn that wrote its status after the API server refused it something: the key comes again after a pause.</summary>
    /// <exception cref="KubernetesApiException">The refusal, unless it is final.</exception>
    public static void ThrowIfWorthRetrying(KubernetesApiException? refused)
    {
        if (refused is not null && !IsNamespaceTerminating(refused))
        {
            throw refused;
        }
    }

    /// <summary>Kubernetes' cause NamespaceTerminating: nothing more will ever be made there.</summary>
    public static bool IsNamespaceTerminating(KubernetesApiException refused) =>
        refused.Details.Objects("causes").Any(cause => cause.String("reason") == "NamespaceTerminating");
}
