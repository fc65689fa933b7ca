using System.Globalization;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Inlet.Controller;

/// <summary>
/// One of several controllers leads: it holds a Lease and renews it at half of its time (coordination.k8s.io, as client-go does
/// it). All of them serve; the leader alone writes status. How long a Lease still holds is measured here, from when its last
/// renewal was seen: the clocks of machines differ.
/// </summary>
internal sealed class LeaderElection(IKubernetesApi api, ObjectKey lease, string identity, TimeSpan ttl, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan ReleaseWithin = TimeSpan.FromSeconds(2);
    private string _seenRenewal = "";
    private long _seenAt;
    private volatile bool _leads;

    public bool Leads => _leads;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var renewedAt = time.GetTimestamp();
        try
        {
            while (true)
            {
                if (await TryLeadAsync(cancellationToken))
                {
                    renewedAt = time.GetTimestamp();
                    Lead(true);
                }
                else if (_leads && time.GetElapsedTime(renewedAt) >= ttl)
                {
                    // Another may lead by now.
                    Lead(false);
                }

                await Task.Delay(_leads ? ttl / 2 : ttl / 4, time, cancellationToken);
            }
        }
        finally
        {
            await ReleaseAsync();
        }
    }

    private async Task<bool> TryLeadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var known = await api.GetAsync(ResourceTypes.Leases, lease.Namespace, lease.Name, cancellationToken);
            if (!MayTake(known))
            {
                Lead(false);
                return false;
            }

            await api.ReplaceAsync(ResourceTypes.Leases, lease.Namespace, lease.Name, Taken(known), WriteQuery.Default, cancellationToken);
            return true;
        }
        catch (KubernetesApiException exception) when (exception.IsNotFound)
        {
            return await TryCreateAsync(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is KubernetesApiException or HttpRequestException or IOException or TaskCanceledException)
        {
            // Somebody was faster, or nobody can be reached: the next round will tell.
            return false;
        }
    }

    private async Task<bool> TryCreateAsync(CancellationToken cancellationToken)
    {
        try
        {
            var created = new JsonObject
            {
                ["apiVersion"] = ResourceTypes.Leases.ApiVersion,
                ["kind"] = "Lease",
                ["metadata"] = new JsonObject { ["name"] = lease.Name, ["namespace"] = lease.Namespace },
            };
            await api.CreateAsync(ResourceTypes.Leases, lease.Namespace, Taken(created), WriteQuery.Default, cancellationToken);
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is KubernetesApiException or HttpRequestException or IOException)
        {
            ControllerLog.LeaseFailed(logger, lease.ToString(), exception.Message);
            return false;
        }
    }

    private bool MayTake(JsonObject known)
    {
        var spec = known.Object("spec");
        var renewal = $"{spec.String("holderIdentity")} {spec.String("renewTime")}";
        if (renewal != _seenRenewal)
        {
            _seenRenewal = renewal;
            _seenAt = time.GetTimestamp();
        }

        return string.IsNullOrEmpty(spec.String("holderIdentity")) || spec.String("holderIdentity") == identity
            || time.GetElapsedTime(_seenAt) >= TimeSpan.FromSeconds(spec.Integer("leaseDurationSeconds") ?? ttl.TotalSeconds);
    }

    private JsonObject Taken(JsonObject known)
    {
        var taken = (JsonObject)known.DeepClone();
        var spec = taken.GetOrAddObject("spec");
        var now = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        if (spec.String("holderIdentity") != identity)
        {
            spec["acquireTime"] = now;
            spec["leaseTransitions"] = (spec.Integer("leaseTransitions") ?? -1) + 1;
        }

        spec["holderIdentity"] = identity;
        spec["leaseDurationSeconds"] = (long)ttl.TotalSeconds;
        spec["renewTime"] = now;
        return taken;
    }

    private void Lead(bool leads)
    {
        if (_leads != leads)
        {
            _leads = leads;
            ControllerLog.Leadership(logger, identity, leads ? "leads" : "no longer leads");
        }
    }

    /// <summary>So that the next one need not wait for the Lease to run out.</summary>
    private async Task ReleaseAsync()
    {
        if (!_leads)
        {
            return;
        }

        _leads = false;
        using var limit = new CancellationTokenSource(ReleaseWithin);
        try
        {
            var patch = new JsonObject { ["spec"] = new JsonObject { ["holderIdentity"] = "", ["leaseDurationSeconds"] = 1 } };
            await api.PatchAsync(ResourceTypes.Leases, lease.Namespace, lease.Name, PatchKind.Merge, patch, WriteQuery.Default, limit.Token);
        }
        catch (Exception exception) when (exception is KubernetesApiException or HttpRequestException or IOException or OperationCanceledException)
        {
            // It runs out by itself.
        }
    }
}
