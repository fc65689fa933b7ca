using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.Store;

namespace Inlet.Local.ApiServer;

/// <summary>
/// Cluster addresses and node ports of Services. What is taken is read from the stored Services each time, under a turn
/// held until the write is through: there is no second book that a crash or a failed write could leave out of step.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A SemaphoreSlim without a wait handle holds nothing to dispose.")]
internal sealed class ServiceAllocator(ObjectStore store, ApiCoreOptions options)
{
    private readonly SemaphoreSlim _turn = new(1);
    private uint _lastAddress;
    private int _lastNodePort;

    /// <summary>Waits for the turn when the resource is Service; null for every other resource.</summary>
    public async ValueTask<Turn?> EnterAsync(ServedResource resource, CancellationToken cancellationToken)
    {
        if (resource.Definition.Type != ResourceTypes.Services)
        {
            return null;
        }

        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new(this);
    }

    private HashSet<string> AddressesOfOthers(JsonObject service) =>
        [.. Others(service).Select(static s => s.Object("spec").String("clusterIP") ?? "")];

    private HashSet<(long Port, string Protocol)> NodePortsOfOthers(JsonObject service) =>
    [
        .. Others(service).SelectMany(static s => s.Object("spec").Objects("ports"))
            .Select(static p => (p.Integer("nodePort") ?? 0, p.String("protocol") ?? "TCP")),
    ];

    private IEnumerable<JsonObject> Others(JsonObject service) =>
        store.State.List("services", null)
            .Where(s => s.Key.Namespace != service.Namespace() || s.Key.Name != service.Name())
            .Select(static s => s.Object);

    private string? NextAddress(HashSet<string> taken)
    {
        var network = BinaryPrimitives.ReadUInt32BigEndian(options.ServiceNetwork.BaseAddress.GetAddressBytes());
        var size = 1u << (32 - options.ServiceNetwork.PrefixLength);
        // On from the last one: an address is not given again right after its Service was deleted, while clients still use it.
        for (uint i = 1; i < size; i++)
        {
            var offset = ((_lastAddress + i) % size);
            var text = new IPAddress(BinaryPrimitives.ReverseEndianness(network + offset)).ToString();
            // 0 is the network, 1 the kubernetes Service, the last the broadcast address.
            if (offset > 1 && offset < size - 1 && !taken.Contains(text))
            {
                _lastAddress = offset;
                return text;
            }
        }

        return null;
    }

    private int? NextNodePort(HashSet<(long Port, string Protocol)> taken, string protocol)
    {
        var count = options.LastNodePort - options.FirstNodePort + 1;
        for (var i = 1; i <= count; i++)
        {
            var offset = (_lastNodePort + i) % count;
            if (!taken.Contains((options.FirstNodePort + offset, protocol)))
            {
                _lastNodePort = offset;
                return options.FirstNodePort + offset;
            }
        }

        return null;
    }

    /// <summary>The right to give out addresses and ports; dispose after the Service was written.</summary>
    internal sealed class Turn(ServiceAllocator allocator) : IDisposable
    {
        public void Dispose() => allocator._turn.Release();

        /// <summary>Fills in what the user left open and checks what the user chose. Runs after defaulting.</summary>
        public void Allocate(JsonObject service, JsonObject? old, FieldErrors errors)
        {
            if (service["spec"] is not JsonObject spec)
            {
                return;
            }

            var type = spec.String("type") ?? "ClusterIP";
            if (type == "ExternalName")
            {
                spec.Remove("clusterIP");
                spec.Remove("clusterIPs");
                return;
            }

            Address(service, spec, old?.Object("spec"), errors);
            if (type is "NodePort" or "LoadBalancer")
            {
                NodePorts(service, spec, old?.Object("spec"), errors);
            }
            else
            {
                foreach (var port in spec.Objects("ports"))
                {
                    port.Remove("nodePort");
                }
            }
        }

        private void Address(JsonObject service, JsonObject spec, JsonObject? old, FieldErrors errors)
        {
            var wanted = spec.String("clusterIP");
            if (string.IsNullOrEmpty(wanted))
            {
                wanted = spec.Array("clusterIPs")?.FirstOrDefault()?.ToString() ?? old.String("clusterIP") ?? "";
            }

            if (wanted == "None" || wanted == old.String("clusterIP"))
            {
                Set(spec, wanted);
                return;
            }

            var taken = allocator.AddressesOfOthers(service);
            if (string.IsNullOrEmpty(wanted))
            {
                if (allocator.NextAddress(taken) is { } free)
                {
                    Set(spec, free);
                    return;
                }

                throw new KubernetesApiException(500, "InternalError", "Internal error occurred: failed to allocate a serviceIP: range is full");
            }

            Set(spec, wanted);
            var shown = new JsonArray(wanted);
            if (!IPAddress.TryParse(wanted, out var address) || !allocator.InNetwork(address))
            {
                errors.Invalid("spec.clusterIPs", shown,
                    $"failed to allocate IP {wanted}: the provided IP ({wanted}) is not in the valid range. The range of valid IPs is {allocator.Network}");
            }
            else if (taken.Contains(wanted))
            {
                errors.Invalid("spec.clusterIPs", shown, $"failed to allocate IP {wanted}: provided IP is already allocated");
            }
        }

        private void NodePorts(JsonObject service, JsonObject spec, JsonObject? old, FieldErrors errors)
        {
            var taken = allocator.NodePortsOfOthers(service);
            var ports = spec.Objects("ports").ToList();
            var kept = old.Objects("ports").Where(p => p.Integer("nodePort") > 0).ToList();
            // What the user chose goes first, so that an automatic port never takes a number written further down.
            for (var i = 0; i < ports.Count; i++)
            {
                if (ports[i].Integer("nodePort") is not > 0 and not < 0)
                {
                    continue;
                }

                var chosen = ports[i].Integer("nodePort")!.Value;
                if (chosen < allocator.FirstNodePort || chosen > allocator.LastNodePort)
                {
                    errors.Invalid($"spec.ports[{i}].nodePort", JsonValue.Create(chosen),
                        "provided port is not in the valid range. The range of valid ports is "
                        + $"{allocator.FirstNodePort}-{allocator.LastNodePort}");
                }
                else if (!taken.Add((chosen, Protocol(ports[i]))))
                {
                    errors.Invalid($"spec.ports[{i}].nodePort", JsonValue.Create(chosen), "provided port is already allocated");
                }
            }

            foreach (var port in ports.Where(p => p.Integer("nodePort") is null or 0))
            {
                var same = kept.FirstOrDefault(k => k.Integer("port") == port.Integer("port") && Protocol(k) == Protocol(port));
                var number = same is not null && !taken.Contains((same.Integer("nodePort")!.Value, Protocol(port)))
                    ? (int)same.Integer("nodePort")!.Value
                    : allocator.NextNodePort(taken, Protocol(port))
                        ?? throw new KubernetesApiException(
                            500, "InternalError", "Internal error occurred: failed to allocate a nodePort: range is full");
                taken.Add((number, Protocol(port)));
                port["nodePort"] = number;
            }
        }

        private static string Protocol(JsonObject port) => port.String("protocol") ?? "TCP";

        private static void Set(JsonObject spec, string address)
        {
            spec["clusterIP"] = address;
            spec["clusterIPs"] = new JsonArray(address);
        }
    }

    private int FirstNodePort => options.FirstNodePort;

    private int LastNodePort => options.LastNodePort;

    private IPNetwork Network => options.ServiceNetwork;

    private bool InNetwork(IPAddress address) => options.ServiceNetwork.Contains(address);
}
