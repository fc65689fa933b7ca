using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Kubernetes.Tests;
using Inlet.Proxy.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inlet.Controller.Tests;

/// <summary>Several controllers, one Lease.</summary>
public sealed class LeaderElectionTests
{
    private static readonly ObjectKey Lease = new("inlet-system", "leader");

    [Fact]
    public async Task One_of_two_leads_and_the_other_takes_over_when_it_ends()
    {
        await using var server = await TestApiServer.StartAsync();
        using var api = server.Client();
        using var stopFirst = new CancellationTokenSource();
        using var stopSecond = new CancellationTokenSource();
        var first = Election(api, "first", TimeSpan.FromSeconds(1));
        var second = Election(api, "second", TimeSpan.FromSeconds(1));
        var firstRuns = first.RunAsync(stopFirst.Token);
        await Wait.UntilAsync(() => first.Leads, "the first to lead");
        var secondRuns = second.RunAsync(stopSecond.Token);
        Assert.Equal("first", Holder(server));
        Assert.False(second.Leads);

        await stopFirst.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => firstRuns);
        Assert.False(first.Leads);
        await Wait.UntilAsync(() => second.Leads, "the second to lead");
        Assert.Equal("second", Holder(server));
        Assert.Equal(1, server.Find(ResourceTypes.Leases, Lease.Namespace, Lease.Name).Object("spec").Integer("leaseTransitions"));

        await stopSecond.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => secondRuns);
        Assert.Equal("", Holder(server));
    }

    [Fact]
    public async Task Lease_that_nobody_renews_is_taken_and_one_that_is_renewed_is_not()
    {
        await using var server = await TestApiServer.StartAsync();
        using var api = server.Client();
        using var stop = new CancellationTokenSource();
        server.Put(ResourceTypes.Leases, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = Lease.Name, ["namespace"] = Lease.Namespace },
            ["spec"] = new JsonObject { ["holderIdentity"] = "dead", ["leaseDurationSeconds"] = 1, ["renewTime"] = "2026-01-01T00:00:00.000000Z" },
        });
        var election = Election(api, "heir", TimeSpan.FromSeconds(1));
        var runs = election.RunAsync(stop.Token);
        await Wait.UntilAsync(() => election.Leads, "it to lead");

        // Somebody who takes it by force is believed.
        var taken = server.Find(ResourceTypes.Leases, Lease.Namespace, Lease.Name)!;
        taken.Object("spec")!["holderIdentity"] = "usurper";
        taken.Object("spec")!["leaseDurationSeconds"] = 3600;
        server.Put(ResourceTypes.Leases, taken);
        await Wait.UntilAsync(() => !election.Leads, "it to lead no more");

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => runs);
        Assert.Equal("usurper", Holder(server));
    }

    [Fact]
    public async Task Given_addresses_are_written_by_the_leader()
    {
        await using var server = await TestApiServer.StartAsync();
        server.Put(ResourceTypes.IngressClasses, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "inlet" },
            ["spec"] = new JsonObject { ["controller"] = "inlet.dev/ingress-controller" },
        });
        server.Put(ResourceTypes.Ingresses, ManifestReader.Parse(Manifests.Ingress("a", "a.com", "/", "shop").Replace("name: a", "name: a\n  namespace: default", StringComparison.Ordinal), "a.yaml")[0].Object);
        await using var run = await ClusterRun.StartAsync(server.Address, new ControllerOptions
        {
            Bind = System.Net.IPAddress.Loopback,
            HttpPort = 0,
            HttpsPort = -1,
            AdminPort = -1,
            Loops = 1,
            PublishStatusAddress = "203.0.113.9, lb.example.com",
            ElectionId = "inlet-system/leader",
        });

        await Wait.UntilAsync(() => server.Find(ResourceTypes.Ingresses, "default", "a").Object("status") is not null, "the status to be written");
        Assert.Equal(
            """{"loadBalancer":{"ingress":[{"ip":"203.0.113.9"},{"hostname":"lb.example.com"}]}}""",
            server.Find(ResourceTypes.Ingresses, "default", "a").Object("status")!.ToJsonString());
        Assert.NotEqual("", Holder(server));
    }

    private static LeaderElection Election(IKubernetesApi api, string identity, TimeSpan ttl) =>
        new(api, Lease, identity, ttl, TimeProvider.System, NullLogger.Instance);

    private static string? Holder(TestApiServer server) => server.Find(ResourceTypes.Leases, Lease.Namespace, Lease.Name).Object("spec").String("holderIdentity");
}
