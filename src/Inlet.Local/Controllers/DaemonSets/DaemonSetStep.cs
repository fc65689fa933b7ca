using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Deployments;
using Inlet.Local.Controllers.Pods;
using Inlet.Local.Controllers.Revisions;

namespace Inlet.Local.Controllers.DaemonSets;

/// <summary>What may be done now about a DaemonSet's pods on one node. Pure.</summary>
internal sealed class DaemonSetStep
{
    private readonly JsonObject _set;
    private readonly DateTimeOffset _now;
    private readonly List<JsonObject> _delete = [];

    /// <param name="isWanted">Whether the node is to have a pod.</param>
    /// <param name="mayStay">Whether one that is there may stay although none is wanted.</param>
    /// <param name="there">The set's pods on the node.</param>
    /// <param name="hash">Of the present template.</param>
    public DaemonSetStep(JsonObject set, bool isWanted, bool mayStay, IReadOnlyList<JsonObject> there, string hash, DateTimeOffset now)
    {
        (_set, _now) = (set, now);
        Failed = [.. there.Where(pod => pod.IsFinished() && !pod.IsBeingDeleted())];
        var active = there.Where(pod => pod.IsActive()).OrderBy(pod => pod.CreatedAt()).ThenBy(pod => pod.Name(), StringComparer.Ordinal).ToList();
        if (!isWanted)
        {
            _delete.AddRange(mayStay ? [] : active);
            return;
        }

        var updated = active.Where(pod => pod.Labels().String(ControllerRevisions.HashLabel) == hash).ToList();
        var old = active.Except(updated).ToList();
        // One of each at most; of several the oldest stays.
        _delete.AddRange(updated.Skip(1).Concat(old.Skip(1)));
        if (old.Count == 0)
        {
            // A name is generated, so the next need not wait for one that failed to be gone; one that is ending must not run beside it.
            Create = updated.Count == 0 && !there.Any(pod => pod.IsBeingDeleted());
        }
        else if (updated.Count > 0)
        {
            Retire(old[0], updated[0]);
        }
        else if (RollsUpdates)
        {
            Replace(old[0], there);
        }
    }

    public bool Create { get; private set; }

    public IReadOnlyList<JsonObject> Delete => _delete;

    /// <summary>Ended by themselves, which daemons should not.</summary>
    public IReadOnlyList<JsonObject> Failed { get; }

    private bool RollsUpdates => _set.Object("spec").Object("updateStrategy").String("type") != "OnDelete";

    private bool Surges => RolloutLimits.Resolve(
        _set.Object("spec").Object("updateStrategy").Object("rollingUpdate")?["maxSurge"] ?? JsonValue.Create(0), 1, roundUp: true) > 0;

    private bool IsAvailable(JsonObject pod) => pod.AvailableAt(_set.MinReadySeconds()) <= _now;

    private void Retire(JsonObject old, JsonObject updated)
    {
        if (!Surges || IsAvailable(updated) || !IsAvailable(old))
        {
            _delete.Add(old);
        }
    }

    private void Replace(JsonObject old, IReadOnlyList<JsonObject> there)
    {
        if (Surges && IsAvailable(old))
        {
            Create = !there.Any(pod => pod.IsBeingDeleted());
        }
        else
        {
            _delete.Add(old);
        }
    }
}
