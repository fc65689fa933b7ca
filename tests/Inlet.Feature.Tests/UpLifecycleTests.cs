using System.Net;
using System.Net.Sockets;
using Inlet.Feature.Tests.Harness;
using Microsoft.Data.Sqlite;

namespace Inlet.Feature.Tests;

/// <summary>Starting, stopping, being killed, starting again, and refusing to start.</summary>
public sealed class UpLifecycleTests
{
    private const string App = """
        apiVersion: v1
        kind: Pod
        metadata: {name: app, labels: {app: app}}
        spec:
          containers:
            - {name: app, image: "inlet:0.1.0", command: [inlet, demo, --port=8080, --name=app]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: app}
        spec: {selector: {app: app}, ports: [{port: 80, targetPort: 8080}]}
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: app}
        spec: {defaultBackend: {service: {name: app, port: {number: 80}}}}
        """;

    [Fact]
    public async Task Stopping_ends_every_pod_with_exit_0_and_the_state_is_there_again()
    {
        using var directory = new TemporaryDirectory();
        var machine = MachineState.Now();
        var manifest = directory.Write("app.yaml", App);

        var inlet = await InletUp.StartAsync(["-f", manifest], directory.Path);
        using (var browser = new Browser(inlet.HttpPort, inlet.HttpsPort))
        {
            Assert.Equal("app", await browser.NameAsync("http://localhost/"));
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(inlet.Kubeconfig));
        await inlet.KubectlAsync("create configmap kept --from-literal=a=b");
        Assert.Equal(0, await inlet.StopAsync());
        MachineState.Now().AssertNothingMoreThan(machine);

        await using var again = await InletUp.StartAsync([], directory.Path);
        Assert.Equal("b", (string)(await again.GetAsync("configmap kept"))["data"]!["a"]!);
        using (var browser = new Browser(again.HttpPort, again.HttpsPort))
        {
            Assert.Equal("app", await browser.NameAsync("http://localhost/"));
        }
    }

    [Fact]
    public async Task After_kill_9_the_next_start_leaves_no_pod_of_the_last_one_behind()
    {
        using var directory = new TemporaryDirectory();
        var machine = MachineState.Now();
        var killed = await InletUp.StartAsync(["-f", directory.Write("app.yaml", App)], directory.Path);
        await killed.KillAsync();

        var again = await InletUp.StartAsync([], directory.Path);
        using (var browser = new Browser(again.HttpPort, again.HttpsPort))
        {
            Assert.Equal("app", await browser.NameAsync("http://localhost/"));
        }

        Assert.Equal(0, await again.StopAsync());
        MachineState.Now().AssertNothingMoreThan(machine);
    }

    [Fact]
    public async Task Reset_removes_the_state_and_what_a_killed_cluster_left()
    {
        using var directory = new TemporaryDirectory();
        var machine = MachineState.Now();
        var killed = await InletUp.StartAsync(["-f", directory.Write("app.yaml", App)], directory.Path);
        var inUse = await RunAsync("reset", "--data-dir", killed.DataDirectory);
        Assert.Equal(1, inUse.ExitCode);
        Assert.Contains("in use by another inlet", inUse.Error, StringComparison.Ordinal);
        await killed.KillAsync();

        Assert.Equal(0, (await RunAsync("reset", "--data-dir", killed.DataDirectory)).ExitCode);

        Assert.False(Directory.Exists(killed.DataDirectory));
        MachineState.Now().AssertNothingMoreThan(machine);
    }

    [Fact]
    public async Task Reset_touches_no_directory_that_is_not_ours()
    {
        using var directory = new TemporaryDirectory();
        var precious = directory.Write("precious.txt", "x");

        var result = await RunAsync("reset", "--data-dir", directory.Path);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("not a data directory", result.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(precious));
    }

    [Theory]
    [InlineData("--api-port")]
    [InlineData("--http-port")]
    [InlineData("--https-port")]
    public async Task A_port_in_use_is_one_clear_message_and_exit_1(string flag)
    {
        using var directory = new TemporaryDirectory();
        using var taken = new Socket(SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        var others = new[] { "--api-port", "--http-port", "--https-port" }.Where(other => other != flag).SelectMany(static other => new[] { other, "0" });

        var result = await RunAsync(["up", "--data-dir", Path.Combine(directory.Path, "data"), flag, $"{port}", .. others]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{port}", OnlyLine(result.Error), StringComparison.Ordinal);
        Assert.Contains(flag, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_that_does_not_parse_is_named_with_line_and_column_and_nothing_is_started()
    {
        using var directory = new TemporaryDirectory();
        var bad = directory.Write("bad.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n data: {}\n");

        var result = await RunAsync("up", "--data-dir", Path.Combine(directory.Path, "data"), "-f", bad);

        Assert.Equal(2, result.ExitCode);
        Assert.Matches(@"bad\.yaml:5:\d+: ", OnlyLine(result.Error));
        Assert.False(Directory.Exists(Path.Combine(directory.Path, "data")));
    }

    [Fact]
    public async Task An_unknown_kind_is_named_with_its_place_and_nothing_is_started()
    {
        using var directory = new TemporaryDirectory();
        var bad = directory.Write("bad.yaml", App + "\n---\napiVersion: example.com/v1\nkind: Rocket\nmetadata: {name: x}\n");

        var result = await RunAsync("up", "--data-dir", Path.Combine(directory.Path, "data"), "-f", bad);

        Assert.Equal(2, result.ExitCode);
        Assert.Matches(@"bad\.yaml:\d+:1: kind Rocket", OnlyLine(result.Error));
        Assert.False(Directory.Exists(Path.Combine(directory.Path, "data")));
    }

    [Fact]
    public async Task An_object_the_api_refuses_leaves_nothing_applied()
    {
        using var directory = new TemporaryDirectory();
        var bad = directory.Write("bad.yaml", App.Replace("port: 80,", "port: 99999,", StringComparison.Ordinal) + "\n");

        var result = await RunAsync("up", "--data-dir", Path.Combine(directory.Path, "data"), "--api-port", "0", "--http-port", "0", "--https-port", "0", "-f", bad);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("spec.ports[0].port", result.Error, StringComparison.Ordinal);
        await using var inlet = await InletUp.StartAsync([], directory.Path);
        Assert.Equal("", await inlet.KubectlAsync("get pods,ingresses -o name"));
    }

    [Fact]
    public async Task A_data_directory_of_a_newer_version_is_left_alone()
    {
        using var directory = new TemporaryDirectory();
        var inlet = await InletUp.StartAsync([], directory.Path);
        Assert.Equal(0, await inlet.StopAsync());
        await using (var database = new SqliteConnection($"Data Source={Path.Combine(inlet.DataDirectory, "store.db")};Pooling=False"))
        {
            await database.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = database.CreateCommand();
            command.CommandText = "PRAGMA user_version = 999";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var result = await RunAsync("up", "--data-dir", inlet.DataDirectory, "--api-port", "0", "--http-port", "0", "--https-port", "0");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("newer", OnlyLine(result.Error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Manifests_come_from_standard_input_too()
    {
        using var directory = new TemporaryDirectory();

        var result = await Command.RunAsync(Repository.Program, ["up", "--data-dir", Path.Combine(directory.Path, "data"), "-f", "-"], "kind: ConfigMap\n");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("stdin:1:1", result.Error, StringComparison.Ordinal);
    }

    private static Task<Command> RunAsync(params string[] arguments) => Command.RunAsync(Repository.Program, arguments);

    private static string OnlyLine(string error) => Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
}
