using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Pods;
using Inlet.Local.Controllers.Revisions;

namespace Inlet.Local.Controllers.StatefulSets;

/// <summary>
/// What may be done now for a StatefulSet: which ordinals to make, which pods to remove. First those that are missing or have
/// ended, in order; then those that are too many, the highest first; then those of an old revision, the highest first. Each
/// kind waits for the one before. Pure.
/// </summary>
internal sealed class StatefulSetStep
{
    private readonly JsonObject _set;
    private readonly string _updateRevision;
    private readonly DateTimeOffset _now;
    private readonly SortedDictionary<int, JsonObject> _pods;
    private readonly List<int> _create = [];
    private readonly List<JsonObject> _delete = [];

    /// <param name="pods">The set's own, by ordinal.</param>
    /// <param name="updateRevision">Name of the revision of the present template.</param>
    public StatefulSetStep(JsonObject set, SortedDictionary<int, JsonObject> pods, string updateRevision, DateTimeOffset now)
    {
        (_set, _pods, _updateRevision, _now) = (set, pods, updateRevision, now);
        if (Fill() && Shrink() && set.RollsUpdates())
        {
            Update();
        }
    }

    public IReadOnlyList<int> Create => _create;

    public IReadOnlyList<JsonObject> Delete => _delete;

    private int First => _set.FirstOrdinal();

    private int End => First + _set.Replicas();

    /// <returns>False while the ordinals are not all there and well, and others have to wait for that.</returns>
    private bool Fill()
    {
        for (var ordinal = First; ordinal < End; ordinal++)
        {
            if (!_pods.TryGetValue(ordinal, out var pod))
            {
                _create.Add(ordinal);
            }
            else if (pod.IsFinished() && !pod.IsBeingDeleted())
            {
                // Its name is free for the next one only when it is gone.
                _delete.Add(pod);
            }
            else if (IsWell(pod))
            {
                continue;
            }

            if (_set.IsOrdered())
            {
                return false;
            }
        }

        return _create.Count + _delete.Count == 0;
    }

    private bool Shrink()
    {
        var surplus = _pods.Where(pod => pod.Key < First || pod.Key >= End).OrderByDescending(pod => pod.Key).Select(pod => pod.Value).ToList();
        if (!_set.IsOrdered())
        {
            _delete.AddRange(surplus.Where(pod => !pod.IsBeingDeleted()));
            return surplus.Count == 0;
        }

        // One that is not well may go, but nothing else goes as long as it is there.
        if (surplus.Count > 0 && !surplus[0].IsBeingDeleted())
        {
            _delete.Add(surplus[0]);
        }

        return surplus.Count == 0;
    }

    private void Update()
    {
        var unavailable = 0;
        for (var ordinal = End - 1; ordinal >= Math.Max(First, _set.FirstUpdated()) && unavailable < _set.MostUnavailable(); ordinal--)
        {
            var pod = _pods[ordinal];
            if (pod.Labels().String(ControllerRevisions.HashLabel) != _updateRevision && !pod.IsBeingDeleted())
            {
                _delete.Add(pod);
                unavailable++;
            }
            else if (!IsWell(pod))
            {
                unavailable++;
            }
        }
    }

    private bool IsWell(JsonObject pod) =>
        !pod.IsBeingDeleted() && pod.Phase() == "Running" && pod.AvailableAt(_set.MinReadySeconds()) <= _now;
}
