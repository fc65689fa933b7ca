using System.Text.Json;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>The rules for a pod's spec, in Pods and pod templates. Errors carry Kubernetes' paths and words.</summary>
internal static class PodSpecValidation
{
    /// <param name="path">Where the spec is: <c>spec</c> or <c>spec.template.spec</c>.</param>
    public static void Validate(JsonObject? spec, string path, FieldErrors errors)
    {
        var volumes = Volumes(spec, $"{path}.volumes", errors);
        var names = new HashSet<string>();
        var containers = spec.Objects("containers").ToList();
        if (containers.Count == 0)
        {
            errors.Required($"{path}.containers");
        }

        foreach (var list in (ReadOnlySpan<string>)["initContainers", "containers"])
        {
            var index = 0;
            foreach (var container in spec.Objects(list))
            {
                Container(container, $"{path}.{list}[{index++}]", names, volumes, errors);
            }
        }

        FieldChecks.OneOf(spec.String("restartPolicy"), $"{path}.restartPolicy", errors, "Always", "OnFailure", "Never");
        FieldChecks.OneOf(spec.String("dnsPolicy"), $"{path}.dnsPolicy", errors, "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
        FieldChecks.NonNegative(spec, "terminationGracePeriodSeconds", path, errors);
        MetadataValidation.ValidateLabels(spec.Object("nodeSelector"), $"{path}.nodeSelector", errors);
        if (spec.String("hostname") is { Length: > 0 } hostname && ObjectNames.LabelError(hostname) is { } hostnameError)
        {
            errors.Invalid($"{path}.hostname", hostname, hostnameError);
        }

        if (spec.String("serviceAccountName") is { Length: > 0 } account && ObjectNames.SubdomainError(account) is { } accountError)
        {
            errors.Invalid($"{path}.serviceAccountName", account, accountError);
        }

        if (spec.Integer("activeDeadlineSeconds") is < 1 and var deadline)
        {
            errors.Invalid($"{path}.activeDeadlineSeconds", JsonValue.Create(deadline), "must be between 1 and 2147483647, inclusive");
        }
    }

    private static HashSet<string> Volumes(JsonObject? spec, string path, FieldErrors errors)
    {
        var names = new HashSet<string>();
        foreach (var (volume, index) in spec.Objects("volumes").Select((v, i) => (v, i)))
        {
            var at = $"{path}[{index}]";
            var name = volume.String("name") ?? "";
            if (name.Length == 0)
            {
                errors.Required($"{at}.name");
            }
            else if (ObjectNames.LabelError(name) is { } error)
            {
                errors.Invalid($"{at}.name", name, error);
            }
            else if (!names.Add(name))
            {
                errors.Duplicate($"{at}.name", name);
            }

            var sources = volume.Where(p => p.Key != "name").Select(p => p.Key).ToList();
            foreach (var extra in sources.Skip(1))
            {
                errors.Forbidden($"{at}.{extra}", "may not specify more than 1 volume type");
            }

            VolumeSource(volume, at, errors);
        }

        return names;
    }

    private static void VolumeSource(JsonObject volume, string at, FieldErrors errors)
    {
        if (volume["configMap"] is JsonObject configMap && string.IsNullOrEmpty(configMap.String("name")))
        {
            errors.Required($"{at}.configMap.name");
        }

        if (volume["secret"] is JsonObject secret && string.IsNullOrEmpty(secret.String("secretName")))
        {
            errors.Required($"{at}.secret.secretName");
        }

        if (volume["hostPath"] is JsonObject hostPath && string.IsNullOrEmpty(hostPath.String("path")))
        {
            errors.Required($"{at}.hostPath.path");
        }

        foreach (var key in (ReadOnlySpan<string>)["configMap", "secret", "projected", "downwardAPI"])
        {
            if (volume[key] is not JsonObject source)
            {
                continue;
            }

            if (source.Integer("defaultMode") is < 0 or > 511)
            {
                errors.Invalid($"{at}.{key}.defaultMode", source["defaultMode"], "must be a number between 0 and 0777 (octal), both inclusive");
            }

            foreach (var (item, index) in source.Objects("items").Select((v, i) => (v, i)))
            {
                FilePath(item.String("path"), $"{at}.{key}.items[{index}].path", errors);
                if (key is "configMap" or "secret" && string.IsNullOrEmpty(item.String("key")))
                {
                    errors.Required($"{at}.{key}.items[{index}].key");
                }
            }
        }
    }

    /// <summary>A path inside a volume: it must not lead out of it.</summary>
    private static void FilePath(string? path, string at, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(path))
        {
            errors.Required(at);
        }
        else if (path[0] == '/')
        {
            errors.Invalid(at, path, "must be a relative path");
        }
        else if (path.Split('/').Contains(".."))
        {
            errors.Invalid(at, path, "must not contain '..'");
        }
        else if (path.StartsWith("..", StringComparison.Ordinal))
        {
            errors.Invalid(at, path, "must not start with '..'");
        }
    }

    private static void Container(JsonObject container, string path, HashSet<string> names, HashSet<string> volumes, FieldErrors errors)
    {
        var name = container.String("name") ?? "";
        if (name.Length == 0)
        {
            errors.Required($"{path}.name");
        }
        else if (ObjectNames.LabelError(name) is { } error)
        {
            errors.Invalid($"{path}.name", name, error);
        }
        else if (!names.Add(name))
        {
            errors.Duplicate($"{path}.name", name);
        }

        var image = container.String("image") ?? "";
        if (image.Length == 0)
        {
            errors.Required($"{path}.image");
        }
        else if (image.Trim().Length != image.Length)
        {
            errors.Invalid($"{path}.image", image, "must not have leading or trailing whitespace");
        }

        FieldChecks.OneOf(container.String("imagePullPolicy"), $"{path}.imagePullPolicy", errors, "Always", "IfNotPresent", "Never");
        FieldChecks.OneOf(
            container.String("terminationMessagePolicy"), $"{path}.terminationMessagePolicy", errors, "File", "FallbackToLogsOnError");
        Ports(container, $"{path}.ports", errors);
        Environment(container, path, errors);
        foreach (var (mount, index) in container.Objects("volumeMounts").Select((m, i) => (m, i)))
        {
            Mount(mount, $"{path}.volumeMounts[{index}]", volumes, errors);
        }

        foreach (var key in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
        {
            if (container[key] is JsonObject probe)
            {
                Probe(probe, $"{path}.{key}", mustSucceedOnce: key != "readinessProbe", errors);
            }
        }

        Resources(container.Object("resources"), $"{path}.resources", errors);
    }

    private static void Ports(JsonObject container, string path, FieldErrors errors)
    {
        var names = new HashSet<string>();
        foreach (var (port, index) in container.Objects("ports").Select((p, i) => (p, i)))
        {
            var at = $"{path}[{index}]";
            if (port.String("name") is { Length: > 0 } name)
            {
                var before = errors.All.Count;
                foreach (var error in ObjectNames.PortNameErrors(name))
                {
                    errors.Invalid($"{at}.name", name, error);
                }

                if (errors.All.Count == before && !names.Add(name))
                {
                    errors.Duplicate($"{at}.name", name);
                }
            }

            if (port.Integer("containerPort") is null or 0)
            {
                errors.Required($"{at}.containerPort");
            }
            else
            {
                FieldChecks.Port(port.Integer("containerPort"), $"{at}.containerPort", errors);
            }

            if (port.Integer("hostPort") is not (null or 0) and var hostPort)
            {
                FieldChecks.Port(hostPort, $"{at}.hostPort", errors);
            }

            FieldChecks.OneOf(port.String("protocol"), $"{at}.protocol", errors, "SCTP", "TCP", "UDP");
        }
    }

    private static void Environment(JsonObject container, string path, FieldErrors errors)
    {
        foreach (var (variable, index) in container.Objects("env").Select((e, i) => (e, i)))
        {
            var at = $"{path}.env[{index}]";
            var name = variable.String("name") ?? "";
            if (name.Length == 0)
            {
                errors.Required($"{at}.name");
            }
            else if (ObjectNames.EnvironmentNameError(name) is { } error)
            {
                errors.Invalid($"{at}.name", name, error);
            }

            if (variable["valueFrom"] is not JsonObject source)
            {
                continue;
            }

            if (!string.IsNullOrEmpty(variable.String("value")))
            {
                errors.Invalid($"{at}.valueFrom", "", "may not be specified when `value` is not empty");
            }

            if (source.Count == 0)
            {
                errors.Invalid($"{at}.valueFrom", "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`");
            }
            else if (source.Count > 1)
            {
                errors.Invalid($"{at}.valueFrom", "", "may not have more than one field specified at a time");
            }

            foreach (var key in (ReadOnlySpan<string>)["configMapKeyRef", "secretKeyRef"])
            {
                if (source[key] is JsonObject reference)
                {
                    RequiredString(reference, "name", $"{at}.valueFrom.{key}", errors);
                    RequiredString(reference, "key", $"{at}.valueFrom.{key}", errors);
                }
            }

            if (source["fieldRef"] is JsonObject fieldRef)
            {
                RequiredString(fieldRef, "fieldPath", $"{at}.valueFrom.fieldRef", errors);
            }
        }

        foreach (var (source, index) in container.Objects("envFrom").Select((e, i) => (e, i)))
        {
            var at = $"{path}.envFrom[{index}]";
            var references = source.Where(p => p.Key is "configMapRef" or "secretRef").ToList();
            switch (references.Count)
            {
                case 0:
                    errors.Invalid(at, "", "must specify one of: `configMapRef` or `secretRef`");
                    break;
                case > 1:
                    errors.Invalid(at, "", "may not have more than one field specified at a time");
                    break;
                default:
                    RequiredString(references[0].Value as JsonObject, "name", $"{at}.{references[0].Key}", errors);
                    break;
            }
        }
    }

    private static void Mount(JsonObject mount, string at, HashSet<string> volumes, FieldErrors errors)
    {
        var name = mount.String("name") ?? "";
        if (name.Length == 0)
        {
            errors.Required($"{at}.name");
        }
        else if (!volumes.Contains(name))
        {
            errors.NotFound($"{at}.name", name);
        }

        RequiredString(mount, "mountPath", at, errors);
        if (mount.String("subPath") is { Length: > 0 } subPath)
        {
            FilePath(subPath, $"{at}.subPath", errors);
        }
    }

    private static void Probe(JsonObject probe, string at, bool mustSucceedOnce, FieldErrors errors)
    {
        var handlers = probe.Where(p => p.Key is "exec" or "httpGet" or "tcpSocket" or "grpc").Select(p => p.Key).ToList();
        if (handlers.Count == 0)
        {
            errors.Required(at, "must specify a handler type");
        }

        foreach (var extra in handlers.Skip(1))
        {
            errors.Forbidden($"{at}.{extra}", "may not specify more than 1 handler type");
        }

        foreach (var key in (ReadOnlySpan<string>)["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"])
        {
            FieldChecks.NonNegative(probe, key, at, errors);
        }

        if (mustSucceedOnce && probe.Integer("successThreshold") is not (null or 1) and var threshold)
        {
            errors.Invalid($"{at}.successThreshold", JsonValue.Create(threshold), "must be 1");
        }

        foreach (var key in (ReadOnlySpan<string>)["httpGet", "tcpSocket"])
        {
            switch (probe.Object(key)?["port"])
            {
                case JsonValue v when v.GetValueKind() == JsonValueKind.Number:
                    FieldChecks.Port(probe.Object(key).Integer("port"), $"{at}.{key}.port", errors);
                    break;
                case JsonValue v:
                    foreach (var error in ObjectNames.PortNameErrors(v.ToString()))
                    {
                        errors.Invalid($"{at}.{key}.port", v.ToString(), error);
                    }

                    break;
                case null when probe.ContainsKey(key):
                    FieldChecks.Port(0, $"{at}.{key}.port", errors);
                    break;
            }
        }

        if (probe["exec"] is JsonObject exec && exec.Array("command") is null or { Count: 0 })
        {
            errors.Required($"{at}.exec.command");
        }
    }

    private static void Resources(JsonObject? resources, string at, FieldErrors errors)
    {
        foreach (var (name, value) in resources.Object("requests") ?? [])
        {
            var limit = resources.Object("limits").String(name);
            if (limit is not null && Schema.Quantity.Nanos(value!.ToString()) > Schema.Quantity.Nanos(limit))
            {
                errors.Invalid($"{at}.requests", value.ToString(), $"must be less than or equal to {name} limit of {limit}");
            }
        }
    }

    private static void RequiredString(JsonObject? obj, string key, string path, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(obj.String(key)))
        {
            errors.Required($"{path}.{key}");
        }
    }
}
