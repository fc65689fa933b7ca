using System.Collections.Frozen;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>
/// The resources one API server serves, in discovery order (kubectl resolves a short name to the first that has it, so
/// <c>networking.k8s.io</c> comes before <c>extensions</c> and <c>v1</c> before <c>v1beta1</c>). An instance never changes.
/// </summary>
public sealed class ResourceCatalog
{
    private readonly FrozenDictionary<(string Group, string Version, string Plural), ServedResource> _byPlural;
    private readonly FrozenDictionary<(string ApiVersion, string Kind), ServedResource> _byKind;

    public ResourceCatalog(IReadOnlyList<ResourceDefinition> definitions)
    {
        All = definitions;
        var served = definitions.SelectMany(d => d.Versions.Select(v => new ServedResource(d, v))).ToList();
        _byPlural = served.ToFrozenDictionary(s => (s.Version.Type.Group, s.Version.Type.Version, s.Version.Type.Plural));
        _byKind = served.ToFrozenDictionary(s => (s.Version.Type.ApiVersion, s.Version.Type.Kind));
        Groups = [.. served
            .GroupBy(s => s.Version.Type.Group)
            .OrderBy(g => GroupOrder(g.Key))
            .Select(g => new ServedGroup(g.Key, [.. g
                .GroupBy(s => s.Version.Type.Version)
                .OrderBy(v => Preference(v.Key))
                .Select(v => new ServedGroupVersion(g.Key, v.Key, [.. v.OrderBy(s => s.Version.Type.Plural, StringComparer.Ordinal)]))]))];
    }

    /// <summary>What every Inlet serves.</summary>
    public static ResourceCatalog Builtin { get; } = new(
    [
        new NamespaceResource(), new NodeResource(), new PodResource(), new ServiceResource(), new EndpointsResource(),
        new ConfigMapResource(), new SecretResource(), new ServiceAccountResource(), new EventResource(),
        new DeploymentResource(), new ReplicaSetResource(), new StatefulSetResource(), new DaemonSetResource(),
        new ControllerRevisionResource(), new JobResource(), new CronJobResource(), new EndpointSliceResource(), new IngressResource(),
        new IngressClassResource(), new LeaseResource(), new RoleResource(), new RoleBindingResource(),
        new ClusterRoleResource(), new ClusterRoleBindingResource(), new HorizontalPodAutoscalerResource(), new NetworkPolicyResource(),
        new PodDisruptionBudgetResource(), new PersistentVolumeResource(), new PersistentVolumeClaimResource(), new StorageClassResource(),
        new ResourceQuotaResource(), new LimitRangeResource(), new PriorityClassResource(),
    ]);

    public IReadOnlyList<ResourceDefinition> All { get; }

    /// <summary>The core group (name empty) first; each group's preferred version first.</summary>
    public IReadOnlyList<ServedGroup> Groups { get; }

    /// <param name="group">Empty for core.</param>
    public ServedResource? Find(string group, string version, string plural) => _byPlural.GetValueOrDefault((group, version, plural));

    public ServedResource? Find(ResourceType type) => Find(type.Group, type.Version, type.Plural);

    public ServedResource? FindKind(string apiVersion, string kind) => _byKind.GetValueOrDefault((apiVersion, kind));

    /// <summary>Stable versions first, the newest of them first of all: v2, v1, v1beta1 (Kubernetes' version priority).</summary>
    private static (int, string) Preference(string version) =>
        (version.Length > 2 ? 1 : 0, version.Length > 2 ? version : $"{9 - (version[1] - '0')}");

    private static int GroupOrder(string group) => group switch
    {
        "" => 0,
        "apps" => 1,
        "batch" => 2,
        "networking.k8s.io" => 3,
        "events.k8s.io" => 5,
        "extensions" => 6,
        _ => 4,
    };
}

/// <summary>A resource as reached under one group and version.</summary>
public sealed record ServedResource(ResourceDefinition Definition, ServedVersion Version);

/// <param name="Versions">Preferred first.</param>
public sealed record ServedGroup(string Name, IReadOnlyList<ServedGroupVersion> Versions);

public sealed record ServedGroupVersion(string Group, string Version, IReadOnlyList<ServedResource> Resources)
{
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";
}
