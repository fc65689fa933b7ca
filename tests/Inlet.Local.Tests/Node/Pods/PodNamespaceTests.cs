using System.Globalization;
using Inlet.Kubernetes;
using Inlet.Local.Node;
using Inlet.Local.Tests.Node.Harness;

namespace Inlet.Local.Tests.Node.Pods;

/// <summary>Pods with a network, files and a host name of their own.</summary>
public sealed class PodNamespaceTests
{
    [Fact]
    public async Task Pod_that_services_send_to_gets_its_signal_when_they_have_been_told()
    {
        Requires.Namespaces();
        await using var run = await NodeRun.StartAsync(PodNetworkMode.Namespace);
        var ended = Path.Combine(run.Root, "ended");
        await run.CreateShellPodAsync("p", $"trap 'date +%s%N > {ended}; exit 0' TERM; echo up; while :; do sleep 0.02; done");
        await run.WaitLogAsync("p", "up");
        var address = (await run.WaitReadyAsync("p")).Object("status").String("podIP");
        await run.CreateAsync(
            ResourceTypes.EndpointSlices,
            $$"""{"metadata":{"name":"s","labels":{"kubernetes.io/service-name":"s"} },"addressType":"IPv4","endpoints":[{"addresses":["{{address}}"],"conditions":{"ready":true} }],"ports":[{"port":80}]}""");
        await run.WaitServingAsync(address!);

        await run.DeletePodAsync("p", grace: 60);
        await run.WaitEventAsync("p", "Killing", "Stopping container app");
        var told = DateTimeOffset.UtcNow;
        await run.PatchAsync(ResourceTypes.EndpointSlices, "s", $$"""{"endpoints":[{"addresses":["{{address}}"],"conditions":{"ready":false,"serving":true,"terminating":true} }]}""");
        await run.WaitGoneAsync("p");

        var signalled = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse((await File.ReadAllTextAsync(ended, TestContext.Current.CancellationToken)).Trim(), CultureInfo.InvariantCulture) / 1_000_000);
        Assert.InRange(signalled - told, TimeSpan.FromMilliseconds(900), TimeSpan.FromSeconds(30));
    }

    private const string Server =
        "use IO::Socket::INET; $s = IO::Socket::INET->new(LocalPort => 8080, Listen => 9, ReuseAddr => 1) or die; "
        + "while ($c = $s->accept) { <$c>; print $c qq(HTTP/1.0 200 OK\\r\\n\\r\\n), `hostname`; close $c }";

    [Fact]
    public async Task Pods_listen_on_the_same_port_at_addresses_of_their_own()
    {
        Requires.Namespaces();
        Assert.SkipUnless(File.Exists("/usr/bin/perl"), "this test's server needs perl");
        await using var run = await NodeRun.StartAsync(PodNetworkMode.Namespace);
        var command = $$"""["perl","-e",{{System.Text.Json.Nodes.JsonValue.Create(Server.Replace("$", "$$", StringComparison.Ordinal)).ToJsonString()}}]""";
        foreach (var name in (string[])["one", "two"])
        {
            await run.CreatePodAsync(name, """
                {"terminationGracePeriodSeconds":1,"containers":[{"name":"app","command":@COMMAND,"readinessProbe":{"httpGet":{"port":8080}},"livenessProbe":{"tcpSocket":{"port":8080}}}]}
                """.Replace("@COMMAND", command, StringComparison.Ordinal));
        }

        using var http = new HttpClient();
        foreach (var name in (string[])["one", "two"])
        {
            var address = (await run.WaitReadyAsync(name)).Object("status").String("podIP");
            Assert.Equal($"{name}\n", await http.GetStringAsync($"http://{address}:8080/", TestContext.Current.CancellationToken));
        }

        Assert.NotEqual((await run.GetPodAsync("one")).Object("status").String("podIP"), (await run.GetPodAsync("two")).Object("status").String("podIP"));
    }

    [Fact]
    public async Task Containers_of_a_pod_and_its_hooks_share_its_namespaces()
    {
        Requires.Namespaces();
        await using var run = await NodeRun.StartAsync(PodNetworkMode.Namespace);
        await run.CreatePodAsync("p", """
            {"terminationGracePeriodSeconds":1,"volumes":[{"name":"d","emptyDir":{}}],"hostAliases":[{"ip":"10.9.8.7","hostnames":["alias.test"]}],
             "containers":[
               {"name":"app","command":["/bin/sh","-c","readlink /proc/self/ns/net; hostname; grep -w p /etc/hosts; grep alias /etc/hosts; echo end; exec sleep 1000"],"volumeMounts":[{"name":"d","mountPath":"/inlet-d"}],
                "lifecycle":{"postStart":{"exec":{"command":["/bin/sh","-c","readlink /proc/self/ns/net > /inlet-d/hook; hostname >> /inlet-d/hook"]}}}},
               {"name":"other","command":["/bin/sh","-c","readlink /proc/self/ns/net; while ! grep -qs p /inlet-d/hook; do sleep 0.02; done; cat /inlet-d/hook; echo end; exec sleep 1000"],"volumeMounts":[{"name":"d","mountPath":"/inlet-d"}]}]}
            """);

        var app = (await run.WaitLogAsync("p", "end")).Split('\n');
        var other = (await run.WaitLogAsync("p", "end", "other")).Split('\n');
        var address = (await run.GetPodAsync("p")).Object("status").String("podIP");

        Assert.StartsWith("net:[", app[0], StringComparison.Ordinal);
        Assert.NotEqual(new FileInfo("/proc/self/ns/net").LinkTarget, app[0]);
        Assert.Equal(["p", $"{address}\tp", "10.9.8.7\talias.test", "end"], app[1..5]);
        Assert.Equal([app[0], app[0], "p", "end"], other[..4]);
    }

    [Fact]
    public async Task Agent_itself_stays_at_home_however_many_pods_it_starts()
    {
        Requires.Namespaces();
        await using var run = await NodeRun.StartAsync(PodNetworkMode.Namespace);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => run.CreateShellPodAsync(
            $"p{i}", "exec sleep 1000", ""","volumeMounts":[{"name":"d","mountPath":"/inlet-home"}],"readinessProbe":{"periodSeconds":1,"exec":{"command":["test","-d","/inlet-home"]}}""",
            ""","volumes":[{"name":"d","emptyDir":{}}]""")));
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => run.WaitReadyAsync($"p{i}")));

        foreach (var thread in Directory.EnumerateDirectories("/proc/self/task"))
        {
            foreach (var name in (string[])["mnt", "uts", "net"])
            {
                var here = new FileInfo(Path.Combine(thread, "ns", name)).LinkTarget;
                // A thread that starts a pod at this moment is away for it, and gone when it comes back.
                if (here is not null && here != new FileInfo($"/proc/self/ns/{name}").LinkTarget)
                {
                    await Wait.UntilAsync(() => !Directory.Exists(thread), $"thread {thread} ({File.ReadAllText(Path.Combine(thread, "comm")).Trim()}) to be gone from {here}");
                }
            }
        }
    }

    [Fact]
    public async Task Agent_that_stops_leaves_no_network_namespace()
    {
        Requires.Namespaces();
        await using var run = await NodeRun.StartAsync(PodNetworkMode.Namespace);
        await run.CreateShellPodAsync("p", "exec sleep 1000");
        await run.WaitReadyAsync("p");
        Assert.NotEmpty(Names(run));

        await run.Agent.DisposeAsync();

        Assert.Empty(Names(run));
    }

    [Fact]
    public async Task Pod_on_the_host_network_has_the_machines_own()
    {
        Requires.Namespaces();
        await using var run = await NodeRun.StartAsync(PodNetworkMode.Namespace);
        await run.CreateShellPodAsync("p", "readlink /proc/self/ns/net; exec sleep 1000", morePod: ""","hostNetwork":true""");

        Assert.Equal($"{new FileInfo("/proc/self/ns/net").LinkTarget}\n", await run.WaitLogAsync("p", "net:"));
        var status = (await run.WaitReadyAsync("p")).Object("status");
        Assert.Equal(status.String("hostIP"), status.String("podIP"));
    }

    [Fact]
    public async Task Container_runs_as_the_user_it_asks_for()
    {
        Requires.Mounts();
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync(
            "p", "id -u; id -g; id -G; echo x > /inlet-d/f && ls -n /inlet-d; echo end; exec sleep 1000", ""","volumeMounts":[{"name":"d","mountPath":"/inlet-d"}]""",
            ""","securityContext":{"runAsUser":12345,"runAsGroup":12346,"fsGroup":12347},"volumes":[{"name":"d","emptyDir":{}}]""");

        var lines = (await run.WaitLogAsync("p", "end")).Split('\n');

        Assert.Equal(["12345", "12346", "12346 12347"], lines[..3]);
        Assert.Contains(" 12345 12347 ", lines[4], StringComparison.Ordinal);
    }

    private static List<string> Names(NodeRun run) => Directory.Exists("/run/netns")
        ? [.. Directory.EnumerateFileSystemEntries("/run/netns").Where(n => Path.GetFileName(n).StartsWith(run.Options.Network.BridgeName, StringComparison.Ordinal))]
        : [];
}
