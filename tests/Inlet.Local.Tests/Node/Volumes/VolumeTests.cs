using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Node;
using Inlet.Local.Tests.Node.Harness;

namespace Inlet.Local.Tests.Node.Volumes;

public sealed class VolumeTests
{
    [Fact]
    public async Task Empty_directory_in_memory_is_a_file_system_of_its_own_no_larger_than_its_limit()
    {
        Requires.Mounts();
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync(
            "p", "df --output=fstype,size -k /cache; head -c 2000000 /dev/zero > /cache/x || echo full; echo end; exec sleep 1000",
            ""","volumeMounts":[{"name":"v","mountPath":"/cache"}]""", ""","volumes":[{"name":"v","emptyDir":{"medium":"Memory","sizeLimit":"1Mi"}}]""");

        var log = await run.WaitLogAsync("p", "end");

        Assert.Matches("tmpfs +1024\n", log);
        Assert.Contains("full\n", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_map_is_mounted_where_the_machine_has_no_such_directory()
    {
        Requires.Mounts();
        await using var run = await NodeRun.StartAsync();
        await run.CreateAsync(ResourceTypes.ConfigMaps, """{"metadata":{"name":"cm"},"data":{"a.txt":"hello","b.txt":"b"},"binaryData":{"c.bin":"AQI="}}""");
        await run.CreateShellPodAsync(
            "p", "cat /inlet-test-a/b/a.txt /etc/inlet-test/sub/a.txt; echo; ls /etc/inlet-test/sub /inlet-test-a/b; cat /etc/passwd | head -1; exec sleep 1000",
            ""","volumeMounts":[{"name":"v","mountPath":"/inlet-test-a/b"},{"name":"v","mountPath":"/etc/inlet-test/sub"}]""",
            ""","volumes":[{"name":"v","configMap":{"name":"cm"}}]""");

        var log = await run.WaitLogAsync("p", "root:");

        Assert.Contains("hellohello\n", log, StringComparison.Ordinal);
        Assert.Contains("a.txt\nb.txt\nc.bin\n", log, StringComparison.Ordinal);
        Assert.False(Directory.Exists("/inlet-test-a"), "a mount point was left on the machine");
        Assert.False(Directory.Exists("/etc/inlet-test"), "a mount point was left on the machine");
    }

    [Fact]
    public async Task Edit_of_a_config_map_reaches_the_mounted_file_at_once_and_not_the_sub_path()
    {
        Requires.Mounts();
        await using var run = await NodeRun.StartAsync();
        await run.CreateAsync(ResourceTypes.ConfigMaps, """{"metadata":{"name":"cm"},"data":{"k":"old","gone":"x"}}""");
        await run.CreateShellPodAsync(
            "p", "cat /etc/inlet-test/k; echo; while ! grep -q new /etc/inlet-test/k; do sleep 0.01; done; cat /etc/inlet-test/k /etc/inlet-one; ls /etc/inlet-test; echo end; exec sleep 1000",
            ""","volumeMounts":[{"name":"v","mountPath":"/etc/inlet-test"},{"name":"v","mountPath":"/etc/inlet-one","subPath":"k"}]""",
            ""","volumes":[{"name":"v","configMap":{"name":"cm"}}]""");
        await run.WaitLogAsync("p", "old");

        await run.PatchAsync(ResourceTypes.ConfigMaps, "cm", """{"data":{"k":"new","gone":null,"more":"y"}}""");

        Assert.Equal("old\nnewoldk\nmore\nend\n", await run.WaitLogAsync("p", "end"));
    }

    [Fact]
    public async Task Secret_is_kept_in_memory_with_the_modes_asked_for()
    {
        Requires.Mounts();
        await using var run = await NodeRun.StartAsync();
        await run.CreateAsync(ResourceTypes.Secrets, """{"metadata":{"name":"s"},"stringData":{"user":"u","pass":"p"}}""");
        await run.CreateShellPodAsync(
            "p", "cd /run/inlet-test-secret; stat -L -c '%a %n' *; cat dir/user; stat -f -c %T .; touch x || echo read-only; exec sleep 1000",
            ""","volumeMounts":[{"name":"v","mountPath":"/run/inlet-test-secret","readOnly":true}]""",
            ""","volumes":[{"name":"v","secret":{"secretName":"s","defaultMode":256,"items":[{"key":"pass","path":"pass","mode":384},{"key":"user","path":"dir/user"}]}}]""");

        var log = await run.WaitLogAsync("p", "read-only");

        Assert.Contains("600 pass\n", log, StringComparison.Ordinal);
        Assert.Contains("utmpfs\n", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_object_of_a_volume_holds_the_pod_until_it_appears()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("p", "exec sleep 1000", morePod: ""","volumes":[{"name":"v","secret":{"secretName":"late"}},{"name":"o","configMap":{"name":"never","optional":true}}]""");

        await run.WaitEventAsync("p", "FailedMount", "MountVolume.SetUp failed for volume \"v\" : secret \"late\" not found");
        await run.WaitWaitingAsync("p", "ContainerCreating");
        await run.CreateAsync(ResourceTypes.Secrets, """{"metadata":{"name":"late"},"stringData":{"a":"b"}}""");

        await run.WaitReadyAsync("p");
    }

    [Fact]
    public async Task Containers_share_an_empty_dir_that_goes_with_the_pod()
    {
        Requires.Mounts();
        await using var run = await NodeRun.StartAsync();
        await run.CreatePodAsync("p", """
            {"volumes":[{"name":"d","emptyDir":{}},{"name":"m","emptyDir":{"medium":"Memory","sizeLimit":"1Mi"}}],
             "initContainers":[{"name":"w","command":["/bin/sh","-c","echo shared > /inlet-test-d/f; echo memory > /inlet-test-m/f"],
               "volumeMounts":[{"name":"d","mountPath":"/inlet-test-d"},{"name":"m","mountPath":"/inlet-test-m"}]}],
             "containers":[{"name":"app","command":["/bin/sh","-c","cat /inlet-other/f /inlet-other/deep/f; stat -f -c %T /inlet-other/deep; exec sleep 1000"],
               "volumeMounts":[{"name":"m","mountPath":"/inlet-other/deep"},{"name":"d","mountPath":"/inlet-other"}]}]}
            """);

        var log = await run.WaitLogAsync("p", "tmpfs");
        var uid = (await run.GetPodAsync("p")).Uid();
        Assert.Equal("shared\nmemory\ntmpfs\n", log);
        await run.DeletePodAsync("p", grace: 1);
        await run.WaitGoneAsync("p");

        Assert.DoesNotContain(uid, await File.ReadAllTextAsync("/proc/self/mountinfo", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Labels_and_annotations_are_files_that_follow_edits()
    {
        Requires.Mounts();
        await using var run = await NodeRun.StartAsync();
        var metadata = new JsonObject { ["labels"] = new JsonObject { ["b"] = "2", ["a"] = "1" } };
        await run.CreateShellPodAsync(
            "p", "cat /inlet-info/labels; echo; while ! grep -q 3 /inlet-info/labels; do sleep 0.01; done; cat /inlet-info/labels; echo; cat /inlet-info/name; echo end; exec sleep 1000",
            ""","volumeMounts":[{"name":"v","mountPath":"/inlet-info"}]""",
            ""","volumes":[{"name":"v","projected":{"sources":[{"downwardAPI":{"items":[{"path":"labels","fieldRef":{"fieldPath":"metadata.labels"}}]}},{"downwardAPI":{"items":[{"path":"name","fieldRef":{"fieldPath":"metadata.name"}}]}}]}}]""",
            metadata);
        await run.WaitLogAsync("p", "a=\"1\"\nb=\"2\"\n");

        await run.PatchAsync(ResourceTypes.Pods, "p", """{"metadata":{"labels":{"b":"3"}}}""");

        Assert.EndsWith("a=\"1\"\nb=\"3\"\npend\n", await run.WaitLogAsync("p", "end"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_path_is_checked_and_made_as_its_type_says()
    {
        Requires.Mounts();
        await using var run = await NodeRun.StartAsync();
        var made = Path.Combine(run.Root, "made");
        await run.CreateShellPodAsync(
            "p", "echo x > /inlet-host/f; exec sleep 1000", ""","volumeMounts":[{"name":"v","mountPath":"/inlet-host"}]""",
            $$$""","volumes":[{"name":"v","hostPath":{"path":"{{{made}}}","type":"DirectoryOrCreate"}}]""");
        await run.CreateShellPodAsync("q", "exec sleep 1000", morePod: $$$""","volumes":[{"name":"v","hostPath":{"path":"{{{made}}}/none","type":"Directory"}}]""");

        await run.WaitReadyAsync("p");
        await Wait.UntilAsync(() => File.Exists(Path.Combine(made, "f")), "the file on the machine");
        await run.WaitEventAsync("q", "FailedMount", $"hostPath type check failed: {made}/none is not a directory");
    }

    [Fact]
    public async Task Service_account_files_and_kubeconfig_are_there_unless_the_pod_says_no()
    {
        Requires.Mounts();
        var credentials = new ServiceAccountCredentials(
            (ns, account) => $"token-of-{ns}-{account}", "CA PEM", (ns, account, path, server) => File.WriteAllText(path, $"config {ns} {account} {server}"));
        await using var run = await NodeRun.StartAsync(configure: o => o with { Credentials = credentials });
        const string Script = "cd /var/run/secrets/kubernetes.io/serviceaccount && cat token && echo && cat ca.crt && echo && cat namespace && echo && cat $KUBECONFIG; echo end; exec sleep 1000";
        await run.CreateShellPodAsync("with", Script);
        await run.CreateShellPodAsync("without", Script, morePod: ""","automountServiceAccountToken":false""");

        Assert.Equal(
            "token-of-default-default\nCA PEM\ndefault\nconfig default default https://127.0.0.1:6443/end\n", await run.WaitLogAsync("with", "end"));
        Assert.DoesNotContain("token-of", await run.WaitLogAsync("without", "end"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unsupported_volume_is_refused_by_name()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("p", "exec sleep 1000", morePod: ""","volumes":[{"name":"v","nfs":{"server":"s","path":"/p"}}]""");

        await run.WaitEventAsync("p", "FailedMount", "volumes of type nfs are not supported on this node");
    }

    [Fact]
    public async Task Sub_path_that_leads_out_of_the_volume_is_refused()
    {
        Requires.Mounts();
        await using var run = await NodeRun.StartAsync();
        var host = Path.Combine(run.Root, "host");
        Directory.CreateDirectory(host);
        File.CreateSymbolicLink(Path.Combine(host, "out"), "/etc");
        await run.CreateShellPodAsync(
            "p", "exec sleep 1000", ""","volumeMounts":[{"name":"v","mountPath":"/inlet-sub","subPath":"out"}]""",
            $$$""","volumes":[{"name":"v","hostPath":{"path":"{{{host}}}"}}]""");

        await run.WaitWaitingAsync("p", "CreateContainerConfigError");
        await run.WaitEventAsync("p", "Failed", "leads out of the volume");
    }
}
