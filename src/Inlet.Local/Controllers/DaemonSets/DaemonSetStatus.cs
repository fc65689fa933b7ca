using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Pods;
using Inlet.Local.Controllers.Revisions;

namespace Inlet.Local.Controllers.DaemonSets;

/// <summary>A DaemonSet's <c>status</c>, summed up node by node.</summary>
internal sealed class DaemonSetStatus(JsonObject set, string hash, DateTimeOffset now)
{
    private int _desired;
    private int _current;
    private int _misscheduled;
    private int _ready;
    private int _available;
    private int _updated;

    /// <summary>When the next ready pod becomes available by the passing of time alone.</summary>
    public DateTimeOffset? NextAvailable { get; private set; }

    /// <param name="isWanted">Whether the node is to have a pod.</param>
    /// <param name="there">The set's pods on the node.</param>
    public void Add(bool isWanted, IReadOnlyList<JsonObject> there)
    {
        if (!isWanted)
        {
            _misscheduled += there.Count > 0 ? 1 : 0;
            return;
        }

        _desired++;
        if (there.Count == 0)
        {
            return;
        }

        _current++;
        var active = there.Where(pod => pod.IsActive()).ToList();
        _ready += active.Any(pod => pod.IsReady()) ? 1 : 0;
        _available += active.Any(pod => pod.AvailableAt(set.MinReadySeconds()) <= now) ? 1 : 0;
        _updated += active.Any(pod => pod.Labels().String(ControllerRevisions.HashLabel) == hash) ? 1 : 0;
        var next = active.Select(pod => pod.AvailableAt(set.MinReadySeconds())).Where(at => at > now).Min();
        NextAvailable = NextAvailable is null || next < NextAvailable ? next : NextAvailable;
    }

    public JsonObject Build()
    {
        var status = (set.Object("status") ?? []).DeepClone().AsObject();
        status["observedGeneration"] = set.Generation();
        status["currentNumberScheduled"] = _current;
        status["numberMisscheduled"] = _misscheduled;
        status["desiredNumberScheduled"] = _desired;
        status["numberReady"] = _ready;
        status.SetCount("updatedNumberScheduled", _updated);
        status.SetCount("numberAvailable", _available);
        status.SetCount("numberUnavailable", _desired - _available);
        return status;
    }
}
