using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Pods;

namespace Inlet.Local.Controllers.Deployments;

/// <summary>
/// A Deployment and its ReplicaSets for the length of one turn. What the turn writes takes the place of what it read, so that
/// each step decides by the state the step before it made.
/// </summary>
internal sealed class Rollout
{
    private readonly List<JsonObject> _old;

    public Rollout(JsonObject deployment, IEnumerable<JsonObject> replicaSets)
    {
        Deployment = deployment;
        Limits = RolloutLimits.Of(deployment);
        var byAge = replicaSets.OrderBy(set => set.CreatedAt()).ThenBy(set => set.Name(), StringComparer.Ordinal).ToList();
        // Two with one template come from a hash collision or a race long ago: the oldest counts as the newest revision.
        New = byAge.FirstOrDefault(set => PodTemplates.AreEqual(set.Template(), deployment.Template()));
        _old = [.. byAge.Where(set => set != New)];
    }

    public JsonObject Deployment { get; set; }

    public RolloutLimits Limits { get; }

    /// <summary>The ReplicaSet whose template is the Deployment's; null until there is one.</summary>
    public JsonObject? New { get; set; }

    /// <summary>The others, oldest first.</summary>
    public IReadOnlyList<JsonObject> Old => _old;

    public IEnumerable<JsonObject> All => New is null ? _old : _old.Append(New);

    public int Desired => Deployment.Replicas();

    public int TotalReplicas => All.Sum(set => set.Replicas());

    /// <summary>The most pods the Deployment may have at any moment.</summary>
    public int MostReplicas => Desired + Limits.Surge;

    public bool IsRecreate => Deployment.Object("spec").Object("strategy").String("type") == "Recreate";

    public bool IsPaused => Deployment.Object("spec").Boolean("paused") == true;

    /// <summary>Puts the written state of a ReplicaSet in the place of the one read.</summary>
    public void Replace(JsonObject written)
    {
        if (New?.Uid() == written.Uid())
        {
            New = written;
            return;
        }

        _old[_old.FindIndex(set => set.Uid() == written.Uid())] = written;
    }
}
