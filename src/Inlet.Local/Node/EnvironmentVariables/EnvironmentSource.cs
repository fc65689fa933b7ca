using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.Node.Pods;

namespace Inlet.Local.Node.EnvironmentVariables;

/// <summary>A container's environment, and what was passed over on the way.</summary>
/// <param name="SkippedKeys">Messages for Events about keys that are no variable names.</param>
internal sealed record ContainerEnvironment(IReadOnlyDictionary<string, string> Variables, IReadOnlyList<string> SkippedKeys);

/// <summary>
/// Works out the environment of a container as the kubelet does: <c>envFrom</c>, then <c>env</c> in order, each value able to use
/// what came before it; variables of Services for names nothing else has set; the base below all of it.
/// </summary>
internal sealed class EnvironmentSource(ClusterObjects objects)
{
    /// <param name="baseline">Set unless the pod sets the same name.</param>
    /// <param name="apiServer">Where the pod reaches the API server.</param>
    /// <exception cref="ConfigurationException">A reference that is not optional leads nowhere.</exception>
    public async Task<ContainerEnvironment> ReadAsync(
        PodFacts facts, JsonObject container, IReadOnlyDictionary<string, string> baseline, Uri apiServer,
        CancellationToken cancellationToken)
    {
        var services = await ReadServicesAsync(facts.Pod, apiServer, cancellationToken);
        var skipped = new List<string>();
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var source in container.Objects("envFrom"))
        {
            await AddAllAsync(facts.Pod.Namespace(), source, variables, skipped, cancellationToken);
        }

        var known = new Dictionary<string, string>(services, StringComparer.Ordinal);
        foreach (var (name, value) in variables)
        {
            known[name] = value;
        }

        foreach (var entry in container.Objects("env"))
        {
            if (await ValueAsync(facts, container, entry, known, cancellationToken) is { } value)
            {
                var name = entry.String("name") ?? "";
                variables[name] = value;
                known[name] = value;
            }
        }

        foreach (var (name, value) in services.Concat(baseline))
        {
            variables.TryAdd(name, value);
        }

        return new ContainerEnvironment(variables, skipped);
    }

    /// <summary>
    /// Variables of the namespace's Services, as they are now: a Service made before the pod is always among them, which a
    /// watch could not promise.
    /// </summary>
    private async Task<Dictionary<string, string>> ReadServicesAsync(JsonObject pod, Uri apiServer, CancellationToken cancellationToken)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        if (pod.Object("spec").Boolean("enableServiceLinks") != false)
        {
            foreach (var (name, value) in (await objects.ListServicesAsync(pod.Namespace(), cancellationToken)).SelectMany(ServiceVariables.Of))
            {
                result[name] = value;
            }
        }

        // The Service itself may not be there yet, or its port not to be had by this user; in-cluster clients need these two.
        result["KUBERNETES_SERVICE_HOST"] = apiServer.Host;
        result["KUBERNETES_SERVICE_PORT"] = apiServer.Port.ToString(CultureInfo.InvariantCulture);
        return result;
    }

    private async Task AddAllAsync(
        string ns, JsonObject source, Dictionary<string, string> variables, List<string> skipped, CancellationToken cancellationToken)
    {
        var isSecret = source["secretRef"] is not null;
        var reference = source.Object(isSecret ? "secretRef" : "configMapRef");
        var type = isSecret ? ResourceTypes.Secrets : ResourceTypes.ConfigMaps;
        var name = reference.String("name") ?? "";
        if (await objects.FindDataAsync(type, ns, name, cancellationToken) is not { } data)
        {
            RequireOptional(reference, type, name);
            return;
        }

        var prefix = source.String("prefix") ?? "";
        var invalid = new List<string>();
        foreach (var (key, value) in data)
        {
            if (ObjectNames.EnvironmentNameError(prefix + key) is null)
            {
                variables[prefix + key] = Text(value);
            }
            else
            {
                invalid.Add(key);
            }
        }

        if (invalid.Count > 0)
        {
            skipped.Add(
                $"Keys [{string.Join(", ", invalid)}] from the EnvFrom {(isSecret ? "secret" : "configMap")} {ns}/{name} "
                + "were skipped since they are considered invalid environment variable names.");
        }
    }

    /// <summary>Null when the reference is optional and leads nowhere.</summary>
    private async Task<string?> ValueAsync(
        PodFacts facts, JsonObject container, JsonObject entry, IReadOnlyDictionary<string, string> known, CancellationToken cancellationToken)
    {
        if (entry.Object("valueFrom") is not { } from)
        {
            return VariableExpansion.Expand(entry.String("value") ?? "", known);
        }

        if (from.Object("fieldRef") is { } field)
        {
            return FieldReferences.Read(facts, field.String("fieldPath") ?? "");
        }

        if (from.Object("resourceFieldRef") is { } resource)
        {
            return ResourceReferences.Read(facts, resource, container.String("name") ?? "");
        }

        return from.Object("secretKeyRef") is { } secret
            ? await KeyAsync(ResourceTypes.Secrets, facts.Pod.Namespace(), secret, cancellationToken)
            : await KeyAsync(ResourceTypes.ConfigMaps, facts.Pod.Namespace(), from.Object("configMapKeyRef"), cancellationToken);
    }

    private async Task<string?> KeyAsync(ResourceType type, string ns, JsonObject? reference, CancellationToken cancellationToken)
    {
        var name = reference.String("name") ?? "";
        var key = reference.String("key") ?? "";
        if (await objects.FindDataAsync(type, ns, name, cancellationToken) is not { } data)
        {
            RequireOptional(reference, type, name);
            return null;
        }

        if (data.TryGetValue(key, out var value))
        {
            return Text(value);
        }

        return reference.Boolean("optional") == true
            ? null
            : throw new ConfigurationException($"couldn't find key {key} in {type.Kind} {ns}/{name}");
    }

    private static void RequireOptional(JsonObject? reference, ResourceType type, string name)
    {
        if (reference.Boolean("optional") != true)
        {
            throw new ConfigurationException($"{type.Kind.ToLowerInvariant()} \"{name}\" not found");
        }
    }

    // A variable cannot hold a zero: the kernel would end it there.
    private static string Text(byte[] value) => Encoding.UTF8.GetString(value).Replace("\0", "", StringComparison.Ordinal);
}
