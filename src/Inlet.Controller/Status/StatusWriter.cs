using System.Text.Json.Nodes;
using System.Threading.Channels;
using Inlet.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Inlet.Controller;

/// <summary>
/// Writes the published address into the status of our Ingresses, only where it differs. Works behind the data plane, on the
/// newest publication; what fails is tried again with the next one or after a pause.
/// </summary>
internal sealed class StatusWriter(IKubernetesApi api, PublishedAddress address, Func<bool> mayWrite, TimeProvider time, ILogger logger)
{
    private const int Writers = 4;
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);

    private readonly Channel<(IReadOnlyCollection<Ingress> Ours, IReadOnlyList<LoadBalancerAddress> Address)> _latest =
        Channel.CreateBounded<(IReadOnlyCollection<Ingress>, IReadOnlyList<LoadBalancerAddress>)>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    // What we wrote, by the version we wrote it to: the watch brings it back a little later, and until then it looks unwritten.
    private readonly Dictionary<ObjectKey, (string Uid, IReadOnlyList<LoadBalancerAddress> Address)> _written = [];

    public void Update(Publication publication) => _latest.Writer.TryWrite((publication.Ours, address.Current));

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var work = await _latest.Reader.ReadAsync(cancellationToken);
        while (true)
        {
            var failed = await WriteAsync(work.Ours, work.Address, cancellationToken);
            if (failed && !_latest.Reader.TryPeek(out _))
            {
                await Task.Delay(RetryPause, time, cancellationToken);
                if (_latest.Reader.TryRead(out var newer))
                {
                    work = newer;
                }

                continue;
            }

            work = await _latest.Reader.ReadAsync(cancellationToken);
        }
    }

    private async Task<bool> WriteAsync(IReadOnlyCollection<Ingress> ours, IReadOnlyList<LoadBalancerAddress> wanted, CancellationToken cancellationToken)
    {
        if (wanted.Count == 0)
        {
            // An address not known yet is no reason to take away one that a user may be relying on.
            return false;
        }

        if (!mayWrite())
        {
            // Tried again after the pause: until then another one leads.
            return true;
        }

        Forget(ours);
        var failed = false;
        await Parallel.ForEachAsync(
            ours.Where(ingress => Differs(ingress, wanted)).ToList(),
            new ParallelOptions { MaxDegreeOfParallelism = Writers, CancellationToken = cancellationToken },
            async (ingress, cancellation) => failed |= !await WriteAsync(ingress, wanted, cancellation));
        return failed;
    }

    private bool Differs(Ingress ingress, IReadOnlyList<LoadBalancerAddress> wanted)
    {
        var current = (ingress.Status?.LoadBalancer?.Ingress ?? []).OfType<LoadBalancerAddress>();
        if (current.SequenceEqual(wanted))
        {
            return false;
        }

        lock (_written)
        {
            return !_written.TryGetValue(ingress.Metadata!.Key, out var written)
                || written.Uid != ingress.Metadata.Uid || !written.Address.SequenceEqual(wanted);
        }
    }

    private void Forget(IReadOnlyCollection<Ingress> ours)
    {
        lock (_written)
        {
            foreach (var ingress in ours)
            {
                // The watch has brought our write back: from now on the object speaks for itself.
                if (_written.TryGetValue(ingress.Metadata!.Key, out var written)
                    && (ingress.Status?.LoadBalancer?.Ingress ?? []).OfType<LoadBalancerAddress>().SequenceEqual(written.Address))
                {
                    _written.Remove(ingress.Metadata.Key);
                }
            }
        }
    }

    private async Task<bool> WriteAsync(Ingress ingress, IReadOnlyList<LoadBalancerAddress> wanted, CancellationToken cancellationToken)
    {
        var key = ingress.Metadata!.Key;
        var addresses = new JsonArray([.. wanted.Select(static one => (JsonNode)ToJson(one))]);
        var patch = new JsonObject { ["status"] = new JsonObject { ["loadBalancer"] = new JsonObject { ["ingress"] = addresses } } };
        try
        {
            await api.PatchAsync(ResourceTypes.Ingresses, key.Namespace, key.Name, PatchKind.Merge, patch, WriteQuery.Status, cancellationToken);
            lock (_written)
            {
                _written[key] = (ingress.Metadata.Uid, wanted);
            }

            return true;
        }
        catch (KubernetesApiException exception) when (exception.IsNotFound)
        {
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            ControllerLog.StatusFailed(logger, key.ToString(), exception.Message);
            return false;
        }
    }

    private static JsonObject ToJson(LoadBalancerAddress address)
    {
        var obj = new JsonObject();
        if (address.Hostname is { } hostname)
        {
            obj["hostname"] = hostname;
        }

        if (address.Ip is { } ip)
        {
            obj["ip"] = ip;
        }

        return obj;
    }
}
