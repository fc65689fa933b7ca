using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Informers;
using Inlet.Local.Controllers.Ownership;
using Inlet.Local.Controllers.Pods;

namespace Inlet.Local.Controllers.EndpointSlices;

/// <summary>The EndpointSlices one controller keeps for Services: those that name it in <c>endpointslice.kubernetes.io/managed-by</c>.</summary>
internal sealed class ServiceSlices
{
    private const string ServiceNameLabel = "kubernetes.io/service-name";
    private const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";
    private const string HeadlessLabel = "service.kubernetes.io/headless";

    private readonly ControllerContext _context;
    private readonly string _managedBy;
    private readonly Informer _slices;

    public ServiceSlices(ControllerContext context, string managedBy)
    {
        _context = context;
        _managedBy = managedBy;
        _slices = context.Informers.Whole(ResourceTypes.EndpointSlices);
    }

    /// <param name="changed">Told the Service whose slices somebody changed.</param>
    public void Subscribe(Action<ObjectKey> changed) => _slices.Subscribe(change =>
    {
        if (((change.New ?? change.Old) is { } slice) && IsOurs(slice) && slice.Labels().String(ServiceNameLabel) is { Length: > 0 } service)
        {
            changed(new ObjectKey(change.Key.Namespace, service));
        }
    });

    /// <summary>What the metadata of every slice of a Service says: its labels, whose it is, who keeps it.</summary>
    /// <param name="labelled">The object whose labels the slices take over.</param>
    public static JsonObject Metadata(JsonObject labelled, ResourceType ownerType, JsonObject owner, string managedBy)
    {
        var labels = new JsonObject();
        foreach (var (key, value) in labelled.Labels() ?? [])
        {
            if (key is not (ServiceNameLabel or ManagedByLabel or HeadlessLabel))
            {
                labels[key] = value?.DeepClone();
            }
        }

        labels[ServiceNameLabel] = owner.Name();
        labels[ManagedByLabel] = managedBy;
        if (ServiceBackends.IsHeadless(owner))
        {
            labels[HeadlessLabel] = "";
        }

        return new JsonObject
        {
            ["generateName"] = $"{owner.Name()}-",
            ["namespace"] = owner.Namespace(),
            ["labels"] = labels,
            ["ownerReferences"] = new JsonArray(OwnerReferences.ToController(ownerType, owner)),
        };
    }

    /// <summary>Makes the Service's slices hold exactly these endpoints.</summary>
    /// <param name="groups">By address type; slices of other types go.</param>
    public async Task KeepAsync(
        ObjectKey service, IReadOnlyDictionary<string, IReadOnlyList<EndpointGroup>> groups, JsonObject metadata, CancellationToken cancellationToken)
    {
        var existing = Of(service).ToLookup(slice => slice.String("addressType") ?? "");
        foreach (var (type, wanted) in groups)
        {
            await ApplyAsync(service, SlicePlan.Make(wanted, [.. existing[type]], metadata, type), cancellationToken);
        }

        foreach (var slice in existing.Where(type => !groups.ContainsKey(type.Key)).SelectMany(slices => slices))
        {
            await DeleteAsync(slice, cancellationToken);
        }
    }

    public async Task RemoveAsync(ObjectKey service, CancellationToken cancellationToken)
    {
        foreach (var slice in Of(service).ToList())
        {
            await DeleteAsync(slice, cancellationToken);
        }
    }

    private bool IsOurs(JsonObject slice) => slice.Labels().String(ManagedByLabel) == _managedBy;

    private IEnumerable<JsonObject> Of(ObjectKey service) => _slices.In(service.Namespace)
        .Where(slice => IsOurs(slice) && slice.Labels().String(ServiceNameLabel) == service.Name && !slice.IsBeingDeleted());

    // Written before removed: a pod that moves between slices is never missing from both.
    private async Task ApplyAsync(ObjectKey service, SlicePlan plan, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var slice in plan.Update)
            {
                await _context.Writer.ReplaceAsync(ResourceTypes.EndpointSlices, slice, cancellationToken);
            }

            foreach (var slice in plan.Create)
            {
                await _context.Writer.CreateAsync(ResourceTypes.EndpointSlices, service.Namespace, slice, cancellationToken);
            }
        }
        catch (KubernetesApiException refused) when (refused.IsNotFound || PodControl.IsNamespaceTerminating(refused))
        {
            // Removed under our hands, which brings another turn; or all of it is about to go.
            return;
        }

        foreach (var slice in plan.Delete)
        {
            await DeleteAsync(slice, cancellationToken);
        }
    }

    private Task DeleteAsync(JsonObject slice, CancellationToken cancellationToken) =>
        _context.Writer.DeleteAsync(ResourceTypes.EndpointSlices, ObjectKey.Of(slice), slice.Uid(), cancellationToken);
}
