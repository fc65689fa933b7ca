using System.Globalization;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Controllers.Deployments;

/// <summary>The annotations by which a Deployment and its ReplicaSets remember revisions and sizes; kubectl rollout reads them too.</summary>
internal static class DeploymentAnnotations
{
    public const string Revision = "deployment.kubernetes.io/revision";
    public const string RevisionHistory = "deployment.kubernetes.io/revision-history";
    public const string DesiredReplicas = "deployment.kubernetes.io/desired-replicas";
    public const string MaxReplicas = "deployment.kubernetes.io/max-replicas";
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";
    private const string RollbackTo = "deprecated.deployment.rollback.to";

    /// <summary>Belong to one object alone: not copied from a Deployment to its ReplicaSets.</summary>
    private static readonly string[] NotCopied = [LastApplied, Revision, RevisionHistory, DesiredReplicas, MaxReplicas, RollbackTo];

    /// <summary>0 when there is none, or it is no number.</summary>
    public static long RevisionOf(JsonObject obj) => Number(obj, Revision) ?? 0;

    /// <summary>The size the ReplicaSet's Deployment had when this was written, or null.</summary>
    public static long? DesiredReplicasOf(JsonObject replicaSet) => Number(replicaSet, DesiredReplicas);

    /// <summary>The most pods its Deployment could have when this was written, or null.</summary>
    public static long? MaxReplicasOf(JsonObject replicaSet) => Number(replicaSet, MaxReplicas);

    /// <summary>What the annotations of the Deployment's newest ReplicaSet should be.</summary>
    /// <param name="current">Those it has; null for one that is to be made.</param>
    public static JsonObject ForNewReplicaSet(JsonObject deployment, JsonObject? current, long revision)
    {
        var annotations = (current ?? []).DeepClone().AsObject();
        foreach (var (key, value) in deployment.Annotations() ?? [])
        {
            if (!NotCopied.Contains(key))
            {
                annotations[key] = value?.DeepClone();
            }
        }

        var old = ParseNumber(annotations.String(Revision));
        if (old is null || old < revision)
        {
            annotations[Revision] = Text(revision);
            if (old is not null)
            {
                var history = annotations.String(RevisionHistory);
                annotations[RevisionHistory] = string.IsNullOrEmpty(history) ? Text(old.Value) : $"{history},{old}";
            }
        }

        return annotations;
    }

    public static void SetSizes(JsonObject annotations, int desired, int max)
    {
        annotations[DesiredReplicas] = Text(desired);
        annotations[MaxReplicas] = Text(max);
    }

    private static long? Number(JsonObject obj, string key) => ParseNumber(obj.Annotations().String(key));

    private static long? ParseNumber(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
