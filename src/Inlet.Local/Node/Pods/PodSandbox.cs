using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Node.EnvironmentVariables;
using Inlet.Local.Node.Network;
using Inlet.Local.Node.Runtime;
using Inlet.Local.Node.Volumes;

namespace Inlet.Local.Node.Pods;

/// <summary>
/// What the containers of a pod share: its network, its volumes, the API credentials of its ServiceAccount, and the files
/// every container expects (<c>/etc/hosts</c>, <c>/etc/resolv.conf</c>).
/// </summary>
internal sealed class PodSandbox(NodeContext node, string podUid)
{
    private const string AccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const string KubeconfigPath = "/var/run/secrets/inlet.dev/kubeconfig";

    private readonly PodVolumes _volumes = new(podUid, node.Directory, node.VolumeSources, node.Runtime.HasPrivateMounts, node.Time);
    private readonly List<ContainerMount> _systemMounts = [];
    private PodAttachment? _attachment;
    private string? _kubeconfig;

    public bool IsReady { get; private set; }

    /// <summary>There may be something to remove.</summary>
    public bool IsInUse { get; private set; }

    public IPAddress? Address => _attachment?.Address;

    public string? NetworkNamespacePath => _attachment?.NamespacePath;

    /// <summary>Path containers find their kubeconfig at; null when they have no credentials.</summary>
    public string? Kubeconfig => _kubeconfig is not null && node.Runtime.HasPrivateMounts ? KubeconfigPath : _kubeconfig;

    public async Task AttachAsync(JsonObject pod, CancellationToken cancellationToken)
    {
        IsInUse = true;
        _attachment ??= PodFields.IsOnHostNetwork(pod) ? new PodAttachment(node.HostAddress, null) : await AttachOwnAsync(pod, cancellationToken);
    }

    private async Task<PodAttachment> AttachOwnAsync(JsonObject pod, CancellationToken cancellationToken)
    {
        var spec = pod.Object("spec");
        IReadOnlyCollection<string> images = [.. spec.Objects("initContainers").Concat(spec.Objects("containers")).Select(c => c.String("image") ?? "")];
        // On this machine's network there is nothing to hold.
        var held = node.Options.Network.Mode == PodNetworkMode.Host
            ? null
            : await node.Runtime.CreateSandboxAsync(podUid, images, PodFields.HostName(pod), cancellationToken);
        return await node.Network.AttachAsync(podUid, cancellationToken, held);
    }

    /// <exception cref="ConfigurationException">A volume cannot be had (yet).</exception>
    public async Task SetUpAsync(PodFacts facts, CancellationToken cancellationToken)
    {
        Store.DataDirectory.CreatePrivate(node.Directory.Pod(podUid));
        await _volumes.SetUpAsync(facts, cancellationToken);
        _systemMounts.Clear();
        if (node.Runtime.HasPrivateMounts)
        {
            AddFile("hosts", "/etc/hosts", NameFiles.Hosts(facts, _attachment!.NamespacePath is null));
            if (NameFiles.ResolvConf(facts.Pod, node.Options.Network, _attachment.NamespacePath is null) is { } resolvConf)
            {
                AddFile("resolv.conf", "/etc/resolv.conf", resolvConf);
            }
        }

        await AddCredentialsAsync(facts, cancellationToken);
        IsReady = true;
    }

    public Task RefreshAsync(PodFacts facts, CancellationToken cancellationToken) => _volumes.RefreshAsync(facts, cancellationToken);

    /// <exception cref="ConfigurationException">A sub-path is not in its volume.</exception>
    public IReadOnlyList<ContainerMount> MountsFor(JsonObject container, IReadOnlyDictionary<string, string> variables)
    {
        var own = _volumes.Mounts(container, variables);
        // What the pod mounts itself at one of these places wins.
        return [.. own, .. _systemMounts.Where(m => !own.Any(o => o.Target.TrimEnd('/') == m.Target))];
    }

    public async Task RemoveAsync(string podName)
    {
        await TryAsync("processes", podName, () => Task.Run(() => node.Runtime.RemovePod(podUid, NetworkNamespacePath)));
        await TryAsync("network", podName, () => node.Network.DetachAsync(podUid));
        await TryAsync("volumes", podName, () => Task.Run(_volumes.Remove));
        _attachment = null;
        IsReady = false;
        IsInUse = false;
    }

    private async Task TryAsync(string what, string podName, Func<Task> remove)
    {
        try
        {
            await remove();
        }
        catch (Exception e)
        {
            // One thing that sticks must not keep the others on the machine.
            NodeLog.NotRemoved(node.Logger, what, podName, e.Message);
        }
    }

    private void AddFile(string name, string target, string content)
    {
        if (File.Exists(target))
        {
            var path = Path.Combine(node.Directory.Pod(podUid), name);
            File.WriteAllText(path, content);
            _systemMounts.Add(new ContainerMount(path, target, ReadOnly: false));
        }
    }

    private async Task AddCredentialsAsync(PodFacts facts, CancellationToken cancellationToken)
    {
        if (node.Options.Credentials is not { } credentials || !await WantsTokenAsync(facts.Pod, cancellationToken))
        {
            return;
        }

        var ns = facts.Pod.Namespace();
        var account = facts.Pod.Object("spec").String("serviceAccountName") ?? "default";
        var directory = _volumes.PrivateDirectory("account");
        new AtomicDirectory(directory, node.Time).Write(
            [
                File0("ca.crt", credentials.CaCertificatePem),
                File0("namespace", ns),
                File0("token", credentials.IssueToken(ns, account)),
            ],
            group: null);
        var server = ApiServerAddress.For(node.Options, _attachment!.NamespacePath is null);
        var kubeconfig = Path.Combine(_volumes.PrivateDirectory("kubeconfig"), "kubeconfig");
        credentials.WriteKubeconfig(ns, account, kubeconfig, server);
        _kubeconfig = kubeconfig;
        if (node.Runtime.HasPrivateMounts)
        {
            _systemMounts.Add(new ContainerMount(directory, AccountDirectory, ReadOnly: true));
            _systemMounts.Add(new ContainerMount(kubeconfig, KubeconfigPath, ReadOnly: true));
            ShareWith(facts.Pod, kubeconfig);
        }
    }

    private static VolumeFile File0(string name, string content) => new(name, Encoding.UTF8.GetBytes(content), (UnixFileMode)0x1A4);

    // The pod's word counts before the account's (Kubernetes, automountServiceAccountToken).
    private async Task<bool> WantsTokenAsync(JsonObject pod, CancellationToken cancellationToken)
    {
        var spec = pod.Object("spec");
        if (spec.Boolean("automountServiceAccountToken") is { } own)
        {
            return own;
        }

        var account = await node.Objects.FindAsync(
            ResourceTypes.ServiceAccounts, pod.Namespace(), spec.String("serviceAccountName") ?? "default", cancellationToken);
        return account.Boolean("automountServiceAccountToken") != false;
    }

    /// <summary>A pod that runs as another user than Inlet must be able to read its own kubeconfig, and no one else.</summary>
    private static void ShareWith(JsonObject pod, string kubeconfig)
    {
        if (pod.Object("spec").Object("securityContext").Integer("runAsUser") is { } user)
        {
            Ownership.Give(kubeconfig, (uint)user, uint.MaxValue);
        }
    }
}
