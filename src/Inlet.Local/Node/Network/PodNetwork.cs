using System.Net.NetworkInformation;
using Inlet.Local.Node.Network.Netlink;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Node.Network;

/// <summary>
/// The network of this instance's pods. In namespace mode each pod has a network namespace with an address of its own, and
/// reaches the other pods, every ClusterIP and this machine; there is no way to the internet from there (no address
/// translation is set up). In host mode there is nothing to do.
/// </summary>
internal sealed class PodNetwork(NodeNetwork plan, ILogger logger) : IAsyncDisposable
{
    private readonly PodAddresses _addresses = new(plan.PodPrefix);
    private readonly Dictionary<string, (int Offset, PodAttachment Attachment)> _pods = [];
    // Guards everything below and the kernel's state; the kernel would serialise these changes anyway.
    private readonly SemaphoreSlim _turn = new(1);
    private PodFabric? _fabric;

    /// <summary>
    /// The namespace where this plan's ClusterIPs, and the gateway's address, are listened on; null in host mode, where that is
    /// the machine's own.
    /// </summary>
    public static string? ServiceNamespacePath(NodeNetwork plan) =>
        plan.Mode == PodNetworkMode.Host ? null : NetworkNamespace.PathOf(plan.BridgeName);

    /// <summary>Removes what a killed agent of this plan left, and builds nothing.</summary>
    public static void RemoveLeftovers(NodeNetwork plan)
    {
        if (plan.Mode != PodNetworkMode.Host)
        {
            using var fabric = new PodFabric(plan, new PodAddresses(plan.PodPrefix).HostAddress);
            fabric.RemoveAll();
        }
    }

    /// <summary>Removes what a killed predecessor of the same plan left, then builds the network.</summary>
    /// <exception cref="PodNetworkException">The network cannot be built; the message names the remedy.</exception>
    public Task StartAsync(CancellationToken cancellationToken) => plan.Mode == PodNetworkMode.Host ? Task.CompletedTask : TakeTurnAsync(async () =>
    {
        var fabric = new PodFabric(plan, _addresses.HostAddress);
        try
        {
            fabric.RemoveAll();
            RefuseOverlap();
            await fabric.BuildAsync();
            _fabric = fabric;
        }
        catch
        {
            RemoveQuietly(fabric);
            fabric.Dispose();
            throw;
        }

        return true;
    }, cancellationToken);

    /// <summary>Gives the pod its namespace and address; the same again for a pod that has them.</summary>
    /// <param name="held">Path of a namespace that is there already and nobody has set up; null makes one.</param>
    /// <exception cref="PodNetworkException">No address is free, or the kernel refuses.</exception>
    public Task<PodAttachment> AttachAsync(string podUid, CancellationToken cancellationToken, string? held = null) => plan.Mode == PodNetworkMode.Host
        ? Task.FromResult(new PodAttachment(plan.Gateway, null))
        : TakeTurnAsync(async () =>
        {
            if (_pods.TryGetValue(podUid, out var known))
            {
                return known.Attachment;
            }

            var fabric = _fabric ?? throw new PodNetworkException("the pod network is not running");
            var offset = _addresses.Take() ?? throw new PodNetworkException(
                $"all {_addresses.Capacity} pod addresses of {plan.PodPrefix} are in use: delete pods, or run them with --pod-network host");
            try
            {
                var address = _addresses.At(offset);
                var attachment = new PodAttachment(address, await fabric.AttachAsync(offset, address, held));
                _pods.Add(podUid, (offset, attachment));
                return attachment;
            }
            catch
            {
                _addresses.Release(offset);
                throw;
            }
        }, cancellationToken);

    /// <summary>
    /// Takes the pod off the network and frees its address; its processes should have ended. Nothing happens for a pod that is
    /// not attached.
    /// </summary>
    public Task DetachAsync(string podUid) => TakeTurnAsync(() =>
    {
        if (_pods.Remove(podUid, out var pod))
        {
            _fabric!.Detach(pod.Offset, pod.Attachment.Address);
            _addresses.Release(pod.Offset);
        }

        return Task.FromResult(true);
    }, CancellationToken.None);

    /// <summary>Removes everything this made. A pod still running keeps its processes and loses its network.</summary>
    public async ValueTask DisposeAsync()
    {
        await TakeTurnAsync(() =>
        {
            if (_fabric is { } fabric)
            {
                _fabric = null;
                _pods.Clear();
                RemoveQuietly(fabric);
                fabric.Dispose();
            }

            return Task.FromResult(true);
        }, CancellationToken.None);
        _turn.Dispose();
    }

    private async Task<T> TakeTurnAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await work();
        }
        catch (NetlinkException refused)
        {
            throw Explain(refused);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Two instances, or this machine's own network, on the same addresses would take each other's packets.</summary>
    private void RefuseOverlap()
    {
        foreach (var link in NetworkInterface.GetAllNetworkInterfaces())
        {
            foreach (var used in link.GetIPProperties().UnicastAddresses)
            {
                if (plan.PodPrefix.Contains(used.Address) || plan.ServicePrefix.Contains(used.Address))
                {
                    throw new PodNetworkException(
                        $"this machine's interface {link.Name} already has {used.Address}, which is among the addresses for pods ({plan.PodPrefix}) "
                        + $"and Services ({plan.ServicePrefix}): choose another --data-dir, which gives other addresses, or --pod-network host");
                }
            }
        }
    }

    private void RemoveQuietly(PodFabric fabric)
    {
        try
        {
            fabric.RemoveAll();
        }
        catch (Exception error)
        {
            NetworkLog.NotRemoved(logger, plan.BridgeName, error.Message);
        }
    }

    private static PodNetworkException Explain(NetlinkException refused) => new(refused.Error switch
    {
        NetlinkException.NotPermitted => $"{refused.Message}: run as root, or use --pod-network host",
        NetlinkException.NotSupported => $"{refused.Message}: the kernel lacks bridge or veth links (modprobe bridge veth), or use --pod-network host",
        _ => refused.Message,
    }, refused);
}
