using System.Diagnostics;

using Inlet.Kubectl.Tests.Harness;

namespace Inlet.Kubectl.Tests.Clients;

/// <summary>The JavaScript client library (npm @kubernetes/client-node) finds what it expects of a cluster: watch, apply, exec, port-forward.</summary>
public sealed class NodeClientTests(PodCluster cluster) : IClassFixture<PodCluster>
{
    /// <summary>The newest that runs on Debian's Node.js: 2.x asks for 22.</summary>
    private const string Library = "@kubernetes/client-node@1.4.0";

    /// <summary>Prints one line per step; fails with a stack trace and another exit code.</summary>
    private const string Script =
        """
        import * as k8s from '@kubernetes/client-node';
        import { PassThrough } from 'node:stream';
        const [kubeconfig, pod, port] = process.argv.slice(2);
        const config = new k8s.KubeConfig();
        config.loadFromFile(kubeconfig);
        const core = config.makeApiClient(k8s.CoreV1Api);
        const collected = stream => { let text = ''; stream.on('data', d => { text += d; }); return () => text; };
        const until = async (condition, what) => {
          for (let i = 0; i < 3000; i++) { if (condition()) return; await new Promise(r => setTimeout(r, 10)); }
          throw new Error('waited for ' + what);
        };

        const events = [];
        const watching = await new k8s.Watch(config).watch('/api/v1/namespaces/default/configmaps', { fieldSelector: 'metadata.name=node' },
          (type, obj) => events.push(type + ' ' + (obj.data?.n ?? '')), () => {});
        const objects = k8s.KubernetesObjectApi.makeApiClient(config);
        const map = n => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'node', namespace: 'default' }, data: { n } });
        await objects.patch(map('1'), undefined, undefined, 'tests', true, k8s.PatchStrategy.ServerSideApply);
        await objects.patch(map('2'), undefined, undefined, 'tests', true, k8s.PatchStrategy.ServerSideApply);
        await core.deleteNamespacedConfigMap({ name: 'node', namespace: 'default' });
        await until(() => events.length === 3, 'three events: ' + events);
        watching.abort();
        console.log('watch', events.join(', '));

        const out = new PassThrough(), err = new PassThrough(), input = new PassThrough();
        const outText = collected(out), errText = collected(err);
        let status;
        await new k8s.Exec(config).exec('default', pod, 'app', ['sh', '-c', 'read line; echo "got $line"; echo err >&2; exit 4'], out, err, input, false, s => { status = s; });
        input.write('hello\n');
        await until(() => status && outText().includes('got') && errText().includes('err'), 'the command');
        console.log('exec', outText().trim(), errText().trim(), status.details.causes[0].message);

        const received = new PassThrough(), sending = new PassThrough();
        const receivedText = collected(received);
        await new k8s.PortForward(config).portForward('default', pod, [Number(port)], received, null, sending);
        sending.write('through the tunnel');
        await until(() => receivedText() === 'through the tunnel', 'the echo');
        console.log('forward', receivedText());
        process.exit(0);
        """;

    [Fact]
    public async Task Watch_apply_exec_and_port_forward_work()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/npm"), "this test needs node and npm");
        var directory = System.IO.Directory.CreateDirectory(Path.Combine(cluster.Directory, "node")).FullName;
        var (code, text) = await TryAsync(directory, "npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", directory, Library);
        Assert.SkipUnless(code == 0, $"{Library} cannot be had here: {text}");
        await File.WriteAllTextAsync(Path.Combine(directory, "client.mjs"), Script, TestContext.Current.CancellationToken);
        using var target = new EchoServer();
        var pod = await cluster.PodAsync("node");
        var output = await RunAsync(
            directory, "node", "client.mjs", cluster.Cluster.KubeconfigPath, pod, target.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal("watch ADDED 1, MODIFIED 2, DELETED 2\nexec got hello err 4\nforward through the tunnel\n", output);
    }

    private static async Task<string> RunAsync(string directory, string program, params string[] arguments)
    {
        var (code, text) = await TryAsync(directory, program, arguments);
        Assert.True(code == 0, $"{program} exited with {code}:\n{text}");
        return text;
    }

    private static async Task<(int Code, string Text)> TryAsync(string directory, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);
        return (process.ExitCode, process.ExitCode == 0 ? await output : await output + await error);
    }
}
