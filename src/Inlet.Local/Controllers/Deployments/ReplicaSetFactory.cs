using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Ownership;
using Inlet.Local.Controllers.Pods;

namespace Inlet.Local.Controllers.Deployments;

/// <summary>The ReplicaSet of a Deployment's present template.</summary>
internal static class ReplicaSetFactory
{
    public static JsonObject Make(Rollout rollout, int replicas, long revision)
    {
        var deployment = rollout.Deployment;
        var hash = PodTemplates.Hash(deployment.Template(), deployment.Object("status").Integer("collisionCount") ?? 0);
        var template = (deployment.Template() ?? []).DeepClone().AsObject();
        var labels = template.GetOrAddObject("metadata").GetOrAddObject("labels");
        labels[PodTemplates.HashLabel] = hash;
        var selector = (deployment.Object("spec").Object("selector") ?? []).DeepClone().AsObject();
        selector.GetOrAddObject("matchLabels")[PodTemplates.HashLabel] = hash;
        var annotations = DeploymentAnnotations.ForNewReplicaSet(deployment, null, revision);
        DeploymentAnnotations.SetSizes(annotations, rollout.Desired, rollout.MostReplicas);
        var spec = new JsonObject { ["replicas"] = replicas, ["selector"] = selector, ["template"] = template };
        if (deployment.MinReadySeconds() > 0)
        {
            spec["minReadySeconds"] = deployment.MinReadySeconds();
        }

        return new JsonObject
        {
            ["apiVersion"] = ResourceTypes.ReplicaSets.ApiVersion,
            ["kind"] = ResourceTypes.ReplicaSets.Kind,
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{deployment.Name()}-{hash}",
                ["namespace"] = deployment.Namespace(),
                ["labels"] = labels.DeepClone(),
                ["annotations"] = annotations,
                ["ownerReferences"] = new JsonArray(OwnerReferences.ToController(ResourceTypes.Deployments, deployment)),
            },
            ["spec"] = spec,
        };
    }
}
