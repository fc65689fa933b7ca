using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Informers;
using Inlet.Local.Controllers.Ownership;
using Inlet.Local.Controllers.Pods;
using Inlet.Local.Controllers.Revisions;

namespace Inlet.Local.Controllers.StatefulSets;

/// <summary>Keeps pods with names that last, <c>web-0</c>, <c>web-1</c>, …, made, removed and updated in order.</summary>
internal sealed class StatefulSetController : Controller<ObjectKey>
{
    private const string Name = "statefulset-controller";

    private readonly Informer _sets;
    private readonly Informer _pods;
    private readonly Claims _claims;
    private readonly PodControl _podControl;
    private readonly ControllerRevisions _revisions;

    public StatefulSetController(ControllerContext context)
        : base(Name, context)
    {
        _sets = context.Informers.Whole(ResourceTypes.StatefulSets);
        _pods = context.Informers.Whole(ResourceTypes.Pods);
        _claims = new Claims(context);
        _podControl = new PodControl(Name, ResourceTypes.StatefulSets, context);
        _revisions = new ControllerRevisions(ResourceTypes.StatefulSets, context);
        _sets.Subscribe(change => Queue.Add(change.Key));
        _pods.Subscribe(change => Enqueue(ConcernedOwners.Of(change, ResourceTypes.StatefulSets, _sets)));
    }

    protected override async Task SyncAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_sets.Find(key) is not { } set || set.IsBeingDeleted())
        {
            return;
        }

        var candidates = Claims.Candidates(_pods, set).Where(pod => set.OrdinalOf(pod) is not null);
        var owned = await _claims.ClaimAsync(ResourceTypes.StatefulSets, set, set.Selector(), ResourceTypes.Pods, candidates, cancellationToken);
        var pods = new SortedDictionary<int, JsonObject>(owned.ToDictionary(pod => set.OrdinalOf(pod)!.Value));
        var known = await _revisions.OfAsync(set, cancellationToken);
        var update = await _revisions.PresentAsync(set, known, cancellationToken);
        var current = known.FirstOrDefault(revision => revision.Name() == set.Object("status").String("currentRevision")) ?? update;

        var step = new StatefulSetStep(set, pods, update.Name(), Now);
        var refused = await TryStepAsync(set, step, current, update, cancellationToken);
        await WriteStatusAsync(set, [.. pods.Values], current, update, cancellationToken);
        var used = pods.Values.Select(pod => pod.Labels().String(ControllerRevisions.HashLabel) ?? "").Append(current.Name()).Append(update.Name());
        await _revisions.CutHistoryAsync(set, known, used.ToHashSet(), cancellationToken);
        PodControl.ThrowIfWorthRetrying(refused);
    }

    private async Task<KubernetesApiException?> TryStepAsync(
        JsonObject set, StatefulSetStep step, JsonObject current, JsonObject update, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var ordinal in step.Create)
            {
                var keepsOld = set.RollsUpdates() && ordinal < set.FirstUpdated();
                await _podControl.CreateAsync(set, Pod(set, ordinal, keepsOld ? current : update), cancellationToken);
            }

            await _podControl.DeleteManyAsync(set, step.Delete, cancellationToken);
            return null;
        }
        catch (KubernetesApiException exception)
        {
            return exception;
        }
    }

    private JsonObject Pod(JsonObject set, int ordinal, JsonObject revision)
    {
        var pod = _podControl.FromTemplate(ControllerRevisions.TemplateOf(revision), set);
        var name = $"{set.Name()}-{ordinal}";
        var metadata = pod.Metadata()!;
        metadata.Remove("generateName");
        metadata["name"] = name;
        var labels = metadata.GetOrAddObject("labels");
        labels["statefulset.kubernetes.io/pod-name"] = name;
        labels["apps.kubernetes.io/pod-index"] = $"{ordinal}";
        labels[ControllerRevisions.HashLabel] = revision.Name();
        var spec = pod.Object("spec")!;
        spec["hostname"] = name;
        if (set.Object("spec").String("serviceName") is { Length: > 0 } service)
        {
            spec["subdomain"] = service;
        }

        return pod;
    }

    private async Task WriteStatusAsync(
        JsonObject set, IReadOnlyList<JsonObject> pods, JsonObject current, JsonObject update, CancellationToken cancellationToken)
    {
        var now = Now;
        var status = (set.Object("status") ?? []).DeepClone().AsObject();
        int updated = CountAt(update), ready = pods.Count(pod => pod.IsReady());
        var isComplete = set.RollsUpdates() && updated == pods.Count && ready == pods.Count && pods.Count == set.Replicas() && set.FirstUpdated() == set.FirstOrdinal();
        status["observedGeneration"] = set.Generation();
        status["replicas"] = pods.Count;
        status.SetCount("readyReplicas", ready);
        status["availableReplicas"] = pods.Count(pod => pod.AvailableAt(set.MinReadySeconds()) <= now);
        status.SetCount("currentReplicas", isComplete ? updated : CountAt(current));
        status.SetCount("updatedReplicas", updated);
        status["currentRevision"] = (isComplete ? update : current).Name();
        status["updateRevision"] = update.Name();
        status["collisionCount"] = 0;
        if (pods.Select(pod => pod.AvailableAt(set.MinReadySeconds())).Where(at => at > now).Min() is { } next)
        {
            Queue.AddAfter(ObjectKey.Of(set), next - now);
        }

        await Context.Writer.ReplaceStatusAsync(ResourceTypes.StatefulSets, set, status, cancellationToken);

        int CountAt(JsonObject revision) =>
            pods.Count(pod => !pod.IsBeingDeleted() && pod.Labels().String(ControllerRevisions.HashLabel) == revision.Name());
    }
}
