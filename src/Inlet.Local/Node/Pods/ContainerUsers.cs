using System.Globalization;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Node.Runtime;

namespace Inlet.Local.Node.Pods;

/// <summary>Reads whom a container runs as (<c>securityContext</c>: the container's own fields before the pod's).</summary>
internal static class ContainerUsers
{
    private const string Accounts = "/etc/passwd";

    /// <param name="isProcess">A process can only be what Inlet itself may become; an engine can be asked for any user.</param>
    /// <returns>Null to run as the user Inlet, or the image, runs as.</returns>
    /// <exception cref="ConfigurationException">The user asked for cannot be had.</exception>
    public static ContainerUser? Of(JsonObject pod, JsonObject container, bool isProcess)
    {
        var ofPod = pod.Object("spec").Object("securityContext");
        var own = container.Object("securityContext");
        var user = own.Integer("runAsUser") ?? ofPod.Integer("runAsUser");
        var group = own.Integer("runAsGroup") ?? ofPod.Integer("runAsGroup");
        if ((own.Boolean("runAsNonRoot") ?? ofPod.Boolean("runAsNonRoot")) == true && (user ?? (isProcess && !Environment.IsPrivilegedProcess ? 1 : 0)) == 0)
        {
            throw new ConfigurationException("container has runAsNonRoot and would run as root: set runAsUser");
        }

        var groups = ofPod.Array("supplementalGroups")?.Select(g => (uint)g!.GetValue<long>()) ?? [];
        groups = ofPod.Integer("fsGroup") is { } files ? groups.Append((uint)files) : groups;
        if (user is null && group is null && !groups.Any())
        {
            return null;
        }

        if (isProcess && !Environment.IsPrivilegedProcess)
        {
            throw new ConfigurationException(
                "securityContext: runAsUser, runAsGroup, fsGroup and supplementalGroups need this node to run as root: run inlet as root, or take the fields out");
        }

        return new ContainerUser((uint?)user, (uint?)group, [.. groups.Distinct()]);
    }

    /// <summary>Sets the variables that say who one is; Inlet's own would mislead.</summary>
    public static void Describe(ContainerUser user, IDictionary<string, string> variables)
    {
        const int UserColumn = 2;
        const int HomeColumn = 5;
        var id = (user.User ?? 0).ToString(CultureInfo.InvariantCulture);
        var entry = File.Exists(Accounts)
            ? File.ReadLines(Accounts).Select(l => l.Split(':')).FirstOrDefault(c => c.Length > HomeColumn && c[UserColumn] == id)
            : null;
        variables["HOME"] = entry?[HomeColumn] ?? "/";
        variables["USER"] = variables["LOGNAME"] = entry?[0] ?? id;
    }
}
