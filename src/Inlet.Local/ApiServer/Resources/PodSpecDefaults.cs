using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>What Kubernetes fills into a pod's spec, in Pods and in pod templates alike.</summary>
internal static class PodSpecDefaults
{
    /// <summary>File mode 0644, as JSON writes it.</summary>
    private const int DefaultFileMode = 420;

    public static void Apply(JsonObject spec)
    {
        FieldChecks.Default(spec, "restartPolicy", "Always");
        FieldChecks.Default(spec, "terminationGracePeriodSeconds", 30);
        FieldChecks.Default(spec, "dnsPolicy", "ClusterFirst");
        FieldChecks.Default(spec, "securityContext", new JsonObject());
        FieldChecks.Default(spec, "schedulerName", "default-scheduler");
        MirrorServiceAccount(spec);
        foreach (var container in spec.Objects("initContainers").Concat(spec.Objects("containers")))
        {
            ApplyContainer(container, spec.Boolean("hostNetwork") == true);
        }

        foreach (var volume in spec.Objects("volumes"))
        {
            ApplyVolume(volume);
        }
    }

    /// <summary><c>serviceAccount</c> is the old name of <c>serviceAccountName</c>; both always say the same.</summary>
    public static void MirrorServiceAccount(JsonObject spec)
    {
        if ((spec.String("serviceAccountName") is { Length: > 0 } n ? n : spec.String("serviceAccount")) is { Length: > 0 } name)
        {
            spec["serviceAccountName"] = name;
            spec["serviceAccount"] = name;
        }
    }

    private static void ApplyContainer(JsonObject container, bool hostNetwork)
    {
        FieldChecks.Default(container, "resources", new JsonObject());
        FieldChecks.Default(container, "terminationMessagePath", "/dev/termination-log");
        FieldChecks.Default(container, "terminationMessagePolicy", "File");
        FieldChecks.Default(container, "imagePullPolicy", IsLatest(container.String("image") ?? "") ? "Always" : "IfNotPresent");
        foreach (var port in container.Objects("ports"))
        {
            FieldChecks.Default(port, "protocol", "TCP");
            if (hostNetwork && port["containerPort"] is { } number)
            {
                FieldChecks.Default(port, "hostPort", number.DeepClone());
            }
        }

        foreach (var reference in container.Objects("env").Select(e => e.Object("valueFrom").Object("fieldRef")).OfType<JsonObject>())
        {
            FieldChecks.Default(reference, "apiVersion", "v1");
        }

        foreach (var key in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
        {
            if (container[key] is JsonObject probe)
            {
                FieldChecks.Default(probe, "timeoutSeconds", 1);
                FieldChecks.Default(probe, "periodSeconds", 10);
                FieldChecks.Default(probe, "successThreshold", 1);
                FieldChecks.Default(probe, "failureThreshold", 3);
                ApplyHttpGet(probe);
            }
        }

        foreach (var key in (ReadOnlySpan<string>)["postStart", "preStop"])
        {
            if (container.Object("lifecycle")?[key] is JsonObject handler)
            {
                ApplyHttpGet(handler);
            }
        }
    }

    private static void ApplyHttpGet(JsonObject handler)
    {
        if (handler["httpGet"] is JsonObject get)
        {
            FieldChecks.Default(get, "path", "/");
            FieldChecks.Default(get, "scheme", "HTTP");
        }
    }

    private static void ApplyVolume(JsonObject volume)
    {
        if (volume.Count == 1 && volume.ContainsKey("name"))
        {
            volume["emptyDir"] = new JsonObject();
        }

        foreach (var key in (ReadOnlySpan<string>)["configMap", "secret", "downwardAPI", "projected"])
        {
            if (volume[key] is JsonObject source)
            {
                FieldChecks.Default(source, "defaultMode", DefaultFileMode);
            }
        }

        if (volume["hostPath"] is JsonObject hostPath && !hostPath.ContainsKey("type"))
        {
            hostPath["type"] = "";
        }

        foreach (var token in volume.Object("projected").Objects("sources").Select(s => s.Object("serviceAccountToken")).OfType<JsonObject>())
        {
            FieldChecks.Default(token, "expirationSeconds", 3600);
        }
    }

    /// <summary>No tag and no digest, or the tag <c>latest</c>. A colon before the last slash is a registry's port.</summary>
    private static bool IsLatest(string image)
    {
        if (image.Contains('@', StringComparison.Ordinal))
        {
            return false;
        }

        var colon = image.IndexOf(':', image.LastIndexOf('/') + 1);
        return colon < 0 || image.AsSpan(colon + 1) is "latest";
    }
}
