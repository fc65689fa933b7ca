using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Authorization;
using Inlet.Local.Controllers.Informers;
using Inlet.Local.Controllers.Pods;

namespace Inlet.Local.Controllers.Bootstrap;

/// <summary>
/// Keeps what every cluster has from the start: its own namespaces, and in each namespace the ServiceAccount <c>default</c> and
/// the ConfigMap with the cluster's CA. Keys are names of namespaces.
/// </summary>
internal sealed class BootstrapController : Controller<string>
{
    private const string CaConfigMap = "kube-root-ca.crt";
    private const string CaKey = "ca.crt";
    private const string DefaultAccount = "default";

    /// <summary>No namespace's name: the key under which the roles of every cluster are made.</summary>
    private const string RolesKey = "";

    private static readonly string[] SystemNamespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

    private readonly Informer _namespaces;
    private readonly Informer _accounts;

    public BootstrapController(ControllerContext context)
        : base("bootstrap-controller", context)
    {
        _namespaces = context.Informers.Whole(ResourceTypes.Namespaces);
        _accounts = context.Informers.Metadata(ResourceTypes.ServiceAccounts);
        _namespaces.Subscribe(change => Queue.Add(change.Key.Name));
        _accounts.Subscribe(change => OnContent(change, DefaultAccount));
        context.Informers.Metadata(ResourceTypes.ConfigMaps).Subscribe(change => OnContent(change, CaConfigMap));
        Enqueue([.. SystemNamespaces, RolesKey]);
    }

    protected override async Task SyncAsync(string name, CancellationToken cancellationToken)
    {
        if (name == RolesKey)
        {
            await CreateRolesAsync(cancellationToken);
            return;
        }

        var ns = _namespaces.Find(new ObjectKey("", name));
        if (ns is null && SystemNamespaces.Contains(name))
        {
            // Its appearance brings the next turn.
            await CreateAsync(ResourceTypes.Namespaces, null, new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } }, cancellationToken);
            return;
        }

        if (ns is null || ns.IsBeingDeleted())
        {
            return;
        }

        if (_accounts.Find(new ObjectKey(name, DefaultAccount)) is null)
        {
            var account = new JsonObject { ["metadata"] = new JsonObject { ["name"] = DefaultAccount, ["namespace"] = name } };
            await CreateAsync(ResourceTypes.ServiceAccounts, name, account, cancellationToken);
        }

        if (Context.Options.CaCertificatePem is { } certificate)
        {
            await KeepCertificateAsync(name, certificate, cancellationToken);
        }
    }

    /// <summary>One that is there already is the user's to change; a missing one comes back with the next start.</summary>
    private async Task CreateRolesAsync(CancellationToken cancellationToken)
    {
        foreach (var (type, role) in BuiltinRoles.All())
        {
            await CreateAsync(type, null, role, cancellationToken);
        }
    }

    private async Task KeepCertificateAsync(string ns, string certificate, CancellationToken cancellationToken)
    {
        try
        {
            // Read past the informer, which keeps no data: ConfigMaps may be large, and only this one is of interest.
            var known = await Context.Api.GetAsync(ResourceTypes.ConfigMaps, ns, CaConfigMap, cancellationToken);
            if (known.Object("data").String(CaKey) != certificate || known.Object("data")!.Count != 1)
            {
                known["data"] = new JsonObject { [CaKey] = certificate };
                await Context.Writer.ReplaceAsync(ResourceTypes.ConfigMaps, known, cancellationToken);
            }
        }
        catch (KubernetesApiException refused) when (refused.IsNotFound)
        {
            var config = new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = CaConfigMap,
                    ["namespace"] = ns,
                    ["annotations"] = new JsonObject
                    {
                        ["kubernetes.io/description"] =
                            "The certificate of the authority behind this cluster's API server, for pods that talk to it.",
                    },
                },
                ["data"] = new JsonObject { [CaKey] = certificate },
            };
            await CreateAsync(ResourceTypes.ConfigMaps, ns, config, cancellationToken);
        }
    }

    private async Task CreateAsync(ResourceType type, string? ns, JsonObject obj, CancellationToken cancellationToken)
    {
        try
        {
            await Context.Writer.CreateAsync(type, ns, obj, cancellationToken);
        }
        catch (KubernetesApiException refused) when (refused.IsAlreadyExists || refused.IsNotFound || PodControl.IsNamespaceTerminating(refused))
        {
            // Somebody else made it, or its namespace is gone.
        }
    }

    private void OnContent(InformerChange change, string name)
    {
        if (change.Key.Name == name)
        {
            Queue.Add(change.Key.Namespace);
        }
    }
}
