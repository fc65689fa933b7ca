using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Controllers.Deployments;

/// <summary>What a Deployment writes to its ReplicaSets: the newest one made and kept up to date, sizes, the history cut.</summary>
internal sealed class DeploymentReplicaSets(string component, ControllerContext context)
{
    /// <summary>
    /// Numbers the revision of the present template, keeps the newest ReplicaSet's annotations and <c>minReadySeconds</c> those
    /// of the Deployment, and writes the revision to the Deployment itself.
    /// </summary>
    /// <returns>The condition <c>Progressing</c> when that ReplicaSet was found again and nothing is known of its progress; else null.</returns>
    public async Task<JsonObject?> RefreshNewAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        if (rollout.New is not { } current)
        {
            return null;
        }

        var copy = current.DeepClone().AsObject();
        copy.Metadata()!["annotations"] = DeploymentAnnotations.ForNewReplicaSet(rollout.Deployment, current.Annotations(), NextRevision(rollout));
        if (copy.MinReadySeconds() != rollout.Deployment.MinReadySeconds())
        {
            copy.GetOrAddObject("spec")["minReadySeconds"] = rollout.Deployment.MinReadySeconds();
        }

        if (!JsonNode.DeepEquals(copy, current))
        {
            rollout.Replace(await context.Writer.ReplaceAsync(ResourceTypes.ReplicaSets, copy, cancellationToken));
        }

        await WriteRevisionAsync(rollout, DeploymentAnnotations.RevisionOf(rollout.New), cancellationToken);
        return Conditions.Find(rollout.Deployment.Object("status"), "Progressing") is null
            ? Progressing(rollout, "True", "FoundNewReplicaSet", $"Found new replica set \"{current.Name()}\"")
            : null;
    }

    /// <summary>Makes the ReplicaSet of the present template.</summary>
    /// <returns>The condition <c>Progressing</c> that this is.</returns>
    /// <exception cref="ReplicaSetRefusedException">The API server refused it; carries the condition.</exception>
    public async Task<JsonObject> CreateNewAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        var revision = NextRevision(rollout);
        var replicas = rollout.IsRecreate
            ? rollout.Desired
            : RollingUpdate.GrowNew(0, rollout.TotalReplicas, rollout.Desired, rollout.Limits);
        var made = await CreateAsync(rollout, replicas, revision, cancellationToken);
        rollout.New = made;
        if (replicas > 0)
        {
            RecordScaling(rollout.Deployment, made.Name(), 0, replicas);
        }

        await WriteRevisionAsync(rollout, revision, cancellationToken);
        return Progressing(rollout, "True", "NewReplicaSetCreated", $"Created new replica set \"{made.Name()}\"");
    }

    private async Task<JsonObject> CreateAsync(Rollout rollout, int replicas, long revision, CancellationToken cancellationToken)
    {
        while (true)
        {
            var wanted = ReplicaSetFactory.Make(rollout, replicas, revision);
            try
            {
                return await context.Writer.CreateAsync(ResourceTypes.ReplicaSets, rollout.Deployment.Namespace(), wanted, cancellationToken);
            }
            catch (KubernetesApiException refused) when (refused.IsAlreadyExists)
            {
                // Another template's ReplicaSet, or somebody else's, has the name: with the collision counted comes another one.
                await CountCollisionAsync(rollout, cancellationToken);
            }
            catch (KubernetesApiException refused)
            {
                var message = $"Failed to create new replica set \"{wanted.Name()}\": {refused.Message}";
                context.Events.Record(component, rollout.Deployment, "Warning", "ReplicaSetCreateError", message);
                throw new ReplicaSetRefusedException(Progressing(rollout, "False", "ReplicaSetCreateError", message), refused);
            }
        }
    }

    /// <summary>Gives a ReplicaSet its size, and lets it remember the sizes of its Deployment. Writes only what differs.</summary>
    /// <returns>True when its size changed.</returns>
    public async Task<bool> ScaleAsync(Rollout rollout, JsonObject replicaSet, int replicas, CancellationToken cancellationToken)
    {
        var before = replicaSet.Replicas();
        var copy = replicaSet.DeepClone().AsObject();
        copy.GetOrAddObject("spec")["replicas"] = replicas;
        DeploymentAnnotations.SetSizes(copy.GetOrAddObject("metadata").GetOrAddObject("annotations"), rollout.Desired, rollout.MostReplicas);
        if (!JsonNode.DeepEquals(copy, replicaSet))
        {
            rollout.Replace(await context.Writer.ReplaceAsync(ResourceTypes.ReplicaSets, copy, cancellationToken));
        }

        if (before != replicas)
        {
            RecordScaling(rollout.Deployment, replicaSet.Name(), before, replicas);
        }

        return before != replicas;
    }

    /// <summary>Removes the oldest revisions above <c>revisionHistoryLimit</c>, none that still has or is to have pods.</summary>
    public async Task CutHistoryAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        if (rollout.Deployment.Object("spec").Integer("revisionHistoryLimit") is not { } limit)
        {
            return;
        }

        var kept = rollout.Old.Where(set => !set.IsBeingDeleted()).OrderBy(DeploymentAnnotations.RevisionOf).ToList();
        foreach (var set in kept.Take((int)Math.Max(0, kept.Count - limit)))
        {
            if (set.Replicas() == 0 && set.Status("replicas") == 0 && set.Generation() <= set.ObservedGeneration())
            {
                await context.Writer.DeleteAsync(ResourceTypes.ReplicaSets, ObjectKey.Of(set), set.Uid(), cancellationToken);
            }
        }
    }

    private static long NextRevision(Rollout rollout) => rollout.Old.Select(DeploymentAnnotations.RevisionOf).DefaultIfEmpty(0).Max() + 1;

    private async Task WriteRevisionAsync(Rollout rollout, long revision, CancellationToken cancellationToken)
    {
        if (DeploymentAnnotations.RevisionOf(rollout.Deployment) == revision)
        {
            return;
        }

        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["uid"] = rollout.Deployment.Uid(),
                ["resourceVersion"] = rollout.Deployment.ResourceVersion(),
                ["annotations"] = new JsonObject { [DeploymentAnnotations.Revision] = $"{revision}" },
            },
        };
        rollout.Deployment = await context.Writer.PatchAsync(
            ResourceTypes.Deployments, ObjectKey.Of(rollout.Deployment), PatchKind.Merge, patch, cancellationToken);
    }

    private async Task CountCollisionAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        var status = (rollout.Deployment.Object("status") ?? []).DeepClone().AsObject();
        status["collisionCount"] = (status.Integer("collisionCount") ?? 0) + 1;
        rollout.Deployment = await context.Writer.ReplaceStatusAsync(ResourceTypes.Deployments, rollout.Deployment, status, cancellationToken);
    }

    private void RecordScaling(JsonObject deployment, string replicaSet, int from, int to) => context.Events.Record(
        component, deployment, "Normal", "ScalingReplicaSet", $"Scaled {(to > from ? "up" : "down")} replica set {replicaSet} from {from} to {to}");

    private JsonObject Progressing(Rollout rollout, string status, string reason, string message) =>
        new DeploymentStatus(rollout, context.Time.GetUtcNow()).Condition("Progressing", status, reason, message);
}

/// <summary>The API server refused a Deployment's new ReplicaSet.</summary>
/// <param name="condition">What the Deployment's status says of it.</param>
internal sealed class ReplicaSetRefusedException(JsonObject condition, KubernetesApiException inner) : Exception(inner.Message, inner)
{
    public JsonObject Condition { get; } = condition;
}
