using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Node.Runtime;

namespace Inlet.Local.Node.Pods;

/// <summary>Reads what of a <c>securityContext</c>, besides the user, holds for a container, and what this node passes over.</summary>
internal static class SecuritySettings
{
    private const string All = "ALL";

    // linux/capability.h, by number.
    private static readonly string[] Capabilities =
    [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE",
        "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN",
        "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE",
        "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
    ];

    // Kubernetes' defaults, which ask for nothing, are no wishes.
    private static readonly (string Field, string? Default)[] PassedOver =
        [("seccompProfile", null), ("appArmorProfile", null), ("seLinuxOptions", null), ("procMount", "Default"), ("windowsOptions", null)];

    /// <exception cref="ConfigurationException">A capability has no such name.</exception>
    public static ContainerConfinement Of(JsonObject container)
    {
        var context = container.Object("securityContext");
        var added = Names(context, "add").ToHashSet();
        var dropped = Names(context, "drop").SelectMany(static name => name == All ? Capabilities : [name]).Where(name => !added.Contains(name) && !added.Contains(All));
        return new ContainerConfinement(
            context.Boolean("readOnlyRootFilesystem") == true,
            context.Boolean("allowPrivilegeEscalation") == false,
            [.. dropped.Distinct().Select(Number)])
        {
            AddedNames = [.. added],
            DroppedNames = [.. Names(context, "drop")],
            IsPrivileged = context.Boolean("privileged") == true,
        };
    }

    /// <summary>Fields that are set, and that this node does not hold containers to.</summary>
    /// <param name="isProcess">An engine has its own default of some.</param>
    public static IReadOnlyList<string> Ignored(JsonObject pod, JsonObject container, bool isProcess)
    {
        var ofPod = pod.Object("spec").Object("securityContext");
        var own = container.Object("securityContext");
        var fields = PassedOver.Where(f => IsSet(own, f.Field, f.Default) || IsSet(ofPod, f.Field, f.Default)).Select(f => f.Field)
            .Where(f => isProcess || (own.Object(f) ?? ofPod.Object(f)).String("type") != "RuntimeDefault");
        return ofPod.Array("sysctls") is { Count: > 0 } ? [.. fields, "sysctls"] : [.. fields];
    }

    private static bool IsSet(JsonObject? context, string field, string? byDefault) => context?[field] is { } value && value.ToString() != byDefault;

    private static IEnumerable<string> Names(JsonObject? context, string list) =>
        context.Object("capabilities").Array(list)?.Select(static name => (name?.ToString() ?? "").ToUpperInvariant()).Select(static name => name.StartsWith("CAP_", StringComparison.Ordinal) ? name[4..] : name) ?? [];

    private static int Number(string name) => Array.IndexOf(Capabilities, name) is >= 0 and var number
        ? number
        : throw new ConfigurationException($"securityContext.capabilities.drop: there is no capability {name}");
}
