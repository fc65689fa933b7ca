using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Informers;

namespace Inlet.Local.Controllers.Namespaces;

/// <summary>Empties a namespace that is being deleted, and lets it go when nothing is left in it.</summary>
internal sealed class NamespaceController : Controller<ObjectKey>
{
    private const string Finalizer = "kubernetes";

    /// <summary>Those that would make new pods or endpoints go before these; the rest follows the pods.</summary>
    private static readonly string[] Order =
    [
        "cronjobs", "deployments", "statefulsets", "daemonsets", "jobs", "replicasets", "ingresses", "services", "pods",
    ];

    private readonly Informer _namespaces;
    private readonly IReadOnlyList<ResourceType> _contents;

    public NamespaceController(ControllerContext context)
        : base("namespace-controller", context)
    {
        _namespaces = context.Informers.Whole(ResourceTypes.Namespaces);
        _namespaces.Subscribe(change =>
        {
            if (change.New?.IsBeingDeleted() == true)
            {
                Queue.Add(change.Key);
            }
        });
        _contents = [.. context.Options.Resources.Where(type => type.Namespaced).OrderBy(Rank)];
        foreach (var type in _contents.Where(type => type != ResourceTypes.Events))
        {
            context.Informers.Metadata(type).Subscribe(OnContent);
        }
    }

    protected override async Task SyncAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_namespaces.Find(key) is not { } ns || !ns.IsBeingDeleted() || !Finalizers(ns).Contains(Finalizer))
        {
            return;
        }

        var remaining = new Dictionary<ResourceType, IReadOnlyList<JsonObject>>();
        foreach (var type in _contents)
        {
            await DeleteAllAsync(type, key.Name, cancellationToken);
        }

        foreach (var type in _contents)
        {
            var list = await Context.Api.ListAsync(type, key.Name, ListQuery.All, cancellationToken);
            if (list.Items.Count > 0)
            {
                remaining[type] = list.Items;
            }
        }

        if (remaining.Count > 0)
        {
            // Each of these that goes brings another turn.
            var status = NamespaceStatus.Of(ns, remaining, Now);
            await Context.Writer.ReplaceStatusAsync(ResourceTypes.Namespaces, ns, status, cancellationToken);
            return;
        }

        await FinalizeAsync(ns, cancellationToken);
    }

    private async Task DeleteAllAsync(ResourceType type, string ns, CancellationToken cancellationToken)
    {
        var list = await Context.Api.ListAsync(type, ns, ListQuery.All, cancellationToken);
        await Task.WhenAll(list.Items.Where(item => !item.IsBeingDeleted()).Select(
            item => Context.Writer.DeleteAsync(type, ObjectKey.Of(item), item.Uid(), cancellationToken)));
    }

    private async Task FinalizeAsync(JsonObject ns, CancellationToken cancellationToken)
    {
        var copy = ns.DeepClone().AsObject();
        copy.GetOrAddObject("spec")["finalizers"] = new JsonArray(
            [.. Finalizers(ns).Where(finalizer => finalizer != Finalizer).Select(finalizer => JsonValue.Create(finalizer))]);
        try
        {
            await Context.Writer.ReplaceAsync(ResourceTypes.Namespaces, copy, cancellationToken, "finalize");
        }
        catch (KubernetesApiException refused) when (refused.IsNotFound)
        {
            // Somebody else finished it.
        }
    }

    private void OnContent(InformerChange change)
    {
        var key = new ObjectKey("", change.Key.Namespace);
        // Also what appears: a write that was let in just before the namespace was marked.
        if ((change.New is null || change.Old is null) && _namespaces.Find(key)?.IsBeingDeleted() == true)
        {
            Queue.Add(key);
        }
    }

    private static IEnumerable<string> Finalizers(JsonObject ns) =>
        ns.Object("spec").Array("finalizers")?.Select(finalizer => finalizer?.ToString() ?? "") ?? [];

    private static int Rank(ResourceType type) => Array.IndexOf(Order, type.Plural) is >= 0 and var rank ? rank : Order.Length;
}
