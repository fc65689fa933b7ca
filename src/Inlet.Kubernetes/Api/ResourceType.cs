namespace Inlet.Kubernetes;

/// <summary>One served resource: the facts a client needs to build its URL and a reader needs to know its kind.</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Plural">Lower-case plural used in URLs, e.g. <c>ingresses</c>.</param>
public sealed record ResourceType(string Group, string Version, string Kind, string Plural, bool Namespaced)
{
    /// <summary><c>v1</c> or <c>group/version</c>, as in an object's <c>apiVersion</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>URL path of a collection (or, with <paramref name="name"/>, of one object, and of its sub-resource).</summary>
    public string Path(string? ns = null, string? name = null, string? subresource = null)
    {
        var root = Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";
        var path = Namespaced && !string.IsNullOrEmpty(ns)
            ? $"{root}/namespaces/{Uri.EscapeDataString(ns)}/{Plural}"
            : $"{root}/{Plural}";
        path = name is null ? path : $"{path}/{Uri.EscapeDataString(name)}";
        return subresource is null ? path : $"{path}/{subresource}";
    }

    public override string ToString() => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
}

/// <summary>The resources Inlet's own parts use, in their storage version.</summary>
public static class ResourceTypes
{
    public static readonly ResourceType Namespaces = new("", "v1", "Namespace", "namespaces", false);
    public static readonly ResourceType Nodes = new("", "v1", "Node", "nodes", false);
    public static readonly ResourceType Pods = new("", "v1", "Pod", "pods", true);
    public static readonly ResourceType Services = new("", "v1", "Service", "services", true);
    public static readonly ResourceType Endpoints = new("", "v1", "Endpoints", "endpoints", true);
    public static readonly ResourceType ConfigMaps = new("", "v1", "ConfigMap", "configmaps", true);
    public static readonly ResourceType Secrets = new("", "v1", "Secret", "secrets", true);
    public static readonly ResourceType ServiceAccounts = new("", "v1", "ServiceAccount", "serviceaccounts", true);
    public static readonly ResourceType Events = new("", "v1", "Event", "events", true);
    public static readonly ResourceType EndpointSlices = new("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", true);
    public static readonly ResourceType Deployments = new("apps", "v1", "Deployment", "deployments", true);
    public static readonly ResourceType ReplicaSets = new("apps", "v1", "ReplicaSet", "replicasets", true);
    public static readonly ResourceType StatefulSets = new("apps", "v1", "StatefulSet", "statefulsets", true);
    public static readonly ResourceType DaemonSets = new("apps", "v1", "DaemonSet", "daemonsets", true);
    public static readonly ResourceType ControllerRevisions = new("apps", "v1", "ControllerRevision", "controllerrevisions", true);
    public static readonly ResourceType Jobs = new("batch", "v1", "Job", "jobs", true);
    public static readonly ResourceType CronJobs = new("batch", "v1", "CronJob", "cronjobs", true);
    public static readonly ResourceType Ingresses = new("networking.k8s.io", "v1", "Ingress", "ingresses", true);
    public static readonly ResourceType IngressClasses = new("networking.k8s.io", "v1", "IngressClass", "ingressclasses", false);
    public static readonly ResourceType Leases = new("coordination.k8s.io", "v1", "Lease", "leases", true);
    public static readonly ResourceType Roles = new("rbac.authorization.k8s.io", "v1", "Role", "roles", true);
    public static readonly ResourceType RoleBindings = new("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", true);
    public static readonly ResourceType ClusterRoles = new("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", false);
    public static readonly ResourceType ClusterRoleBindings = new("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", false);
}
