using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Inlet.Kubernetes.Tests;

public sealed partial class FileKubernetesApiTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("inlet-files-");
    private readonly Channel<string> _problems = Channel.CreateUnbounded<string>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task List_has_the_objects_of_all_files_as_an_api_server_would_keep_them()
    {
        Write("a.yaml", Service("a"));
        Write("b.yaml", """
            apiVersion: extensions/v1beta1
            kind: Ingress
            metadata: {name: old, namespace: team}
            spec:
              backend: {serviceName: a, servicePort: web}
              rules: [{http: {paths: [{path: /x, backend: {serviceName: a, servicePort: 80}}]}}]
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: cert}
            stringData: {tls.crt: plain}
            """);
        await using var api = Start();

        var service = (await api.ListAsync(ResourceTypes.Services, null, ListQuery.All, Cancellation)).Items.Single();
        Assert.Equal(("default", "a"), (service.Namespace(), service.Name()));

        var ingress = await api.GetAsync(ResourceTypes.Ingresses, "team", "old", Cancellation);
        Assert.Equal(
            """{"rules":[{"http":{"paths":[{"path":"/x","backend":{"service":{"name":"a","port":{"number":80}}},"pathType":"ImplementationSpecific"}]}}],"defaultBackend":{"service":{"name":"a","port":{"name":"web"}}}}""",
            ingress["spec"]!.ToJsonString());

        var secret = ObjectReader.Secret(await api.GetAsync(ResourceTypes.Secrets, "default", "cert", Cancellation));
        Assert.Equal("cGxhaW4=", secret.Data!.TlsCrt);
        Assert.Empty((await api.ListAsync(ResourceTypes.Services, "team", ListQuery.All, Cancellation)).Items);
    }

    [Fact]
    public async Task Edits_become_watch_events_and_an_unchanged_object_none()
    {
        Write("a.yaml", Service("a") + "---\n" + Service("same"));
        await using var api = Start();
        await using var watch = await WatchAsync(api);

        Write("a.yaml", Service("a", 81) + "---\n" + Service("same") + "---\n" + Service("new"));
        Assert.Equal(["Modified a", "Added new"], await watch.TakeAsync(2));

        Write("a.yaml", Service("same"));
        Assert.Equal(["Deleted a", "Deleted new"], await watch.TakeAsync(2));
    }

    [Fact]
    public async Task File_that_comes_in_a_new_directory_and_one_that_is_renamed_are_followed()
    {
        await using var api = Start();
        await using var watch = await WatchAsync(api);

        Directory.CreateDirectory(Path.Combine(_directory.FullName, "sub"));
        Write("sub/a.yml", Service("a"));
        Assert.Equal(["Added a"], await watch.TakeAsync(1));

        File.Move(PathOf("sub/a.yml"), PathOf("sub/b.yml"));
        Write("c.yaml", Service("c"));
        Assert.Equal(["Added c"], await watch.TakeAsync(1));
    }

    [Fact]
    public async Task File_behind_a_link_that_is_switched_is_followed()
    {
        // As a mounted ConfigMap changes: everything behind a link to a directory, and the link is replaced.
        Directory.CreateDirectory(PathOf("v1"));
        Directory.CreateDirectory(PathOf("v2"));
        File.WriteAllText(PathOf("v1/a.yaml"), Service("a"));
        File.WriteAllText(PathOf("v2/a.yaml"), Service("a", 81));
        Directory.CreateSymbolicLink(PathOf("..data"), "v1");
        File.CreateSymbolicLink(PathOf("a.yaml"), "..data/a.yaml");
        await using var api = FileKubernetesApi.Start([PathOf("a.yaml")], TimeProvider.System, Report);
        await using var watch = await WatchAsync(api);

        Directory.CreateSymbolicLink(PathOf("..data_tmp"), "v2");
        Assert.Equal(0, Rename(PathOf("..data_tmp"), PathOf("..data")));

        Assert.Equal(["Modified a"], await watch.TakeAsync(1));
    }

    [Fact]
    public async Task File_emptied_or_moved_away_for_a_moment_loses_nothing()
    {
        Write("a.yaml", Service("a"));
        await using var api = Start();
        await using var watch = await WatchAsync(api);

        File.WriteAllText(PathOf("a.yaml"), "");
        Write("b.yaml", Service("b"));
        Assert.Equal(["Added b"], await watch.TakeAsync(1));
        File.WriteAllText(PathOf("a.yaml"), Service("a", 81));
        Assert.Equal(["Modified a"], await watch.TakeAsync(1));

        File.Move(PathOf("a.yaml"), PathOf("a.yaml~"));
        Write("c.yaml", Service("c"));
        Assert.Equal(["Added c"], await watch.TakeAsync(1));
        Write("a.yaml", Service("a", 82));
        Assert.Equal(["Modified a"], await watch.TakeAsync(1));
    }

    [Fact]
    public async Task File_that_stays_away_takes_its_objects_along()
    {
        Write("a.yaml", Service("a"));
        await using var api = Start();
        await using var watch = await WatchAsync(api);

        File.Delete(PathOf("a.yaml"));

        Assert.Equal(["Deleted a"], await watch.TakeAsync(1));
    }

    [Fact]
    public async Task Problems_are_told_once_with_their_position_and_the_rest_stands()
    {
        Write("a.yaml", Service("a"));
        Write("b.yaml", Service("a") + "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\n---\napiVersion: v1\nkind: Service\n");
        await using var api = Start();

        var problems = new List<string>();
        for (var problem = 0; problem < 3; problem++)
        {
            problems.Add(await _problems.Reader.ReadAsync(Cancellation));
        }

        Assert.Contains(problems, text => text.Contains("b.yaml:6:1: v1 Pod is not used here", StringComparison.Ordinal));
        Assert.Contains(problems, text => text.Contains("b.yaml:10:1: the Service has no metadata.name", StringComparison.Ordinal));
        Assert.Contains(problems, text => text.Contains("b.yaml:1:1: Service default/a is already in", StringComparison.Ordinal) && text.Contains("a.yaml:1:1", StringComparison.Ordinal));

        await using var watch = await WatchAsync(api);
        Write("c.yaml", "broken: [");
        Assert.Contains("c.yaml:", await _problems.Reader.ReadAsync(Cancellation), StringComparison.Ordinal);
        Write("d.yaml", Service("d"));
        Assert.Equal(["Added d"], await watch.TakeAsync(1));
        Assert.False(_problems.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Watch_from_an_older_version_is_refused_as_expired()
    {
        Write("a.yaml", Service("a"));
        await using var api = Start();

        var exception = await Assert.ThrowsAsync<KubernetesApiException>(async () =>
        {
            await foreach (var _ in api.WatchAsync(ResourceTypes.Services, null, ListQuery.All, "0", Cancellation))
            {
            }
        });
        Assert.True(exception.IsExpired);
    }

    [Fact]
    public async Task Writing_is_refused_by_name()
    {
        await using var api = Start();

        var exception = Assert.Throws<KubernetesApiException>(() => { _ = api.DeleteAsync(ResourceTypes.Services, "ns", "a", DeleteQuery.Default, Cancellation); });
        Assert.Equal((405, "services come from files and cannot be written; edit the files"), (exception.Code, exception.Message));
    }

    private FileKubernetesApi Start() => FileKubernetesApi.Start([_directory.FullName], TimeProvider.System, Report);

    private void Report(FileProblem problem) => _problems.Writer.TryWrite(problem.Message);

    private string PathOf(string file) => Path.Combine(_directory.FullName, file);

    private void Write(string file, string text)
    {
        File.WriteAllText(PathOf(file) + ".new", text);
        File.Move(PathOf(file) + ".new", PathOf(file), overwrite: true);
    }

    // File.Move looks behind a link to a directory and finds no file there.
    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);

    private static string Service(string name, int port = 80) =>
        $"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{ports: [{{port: {port}}}]}}\n";

    private static async Task<Watch> WatchAsync(FileKubernetesApi api)
    {
        var list = await api.ListAsync(ResourceTypes.Services, null, ListQuery.All, Cancellation);
        return new Watch(api.WatchAsync(ResourceTypes.Services, null, ListQuery.All, list.ResourceVersion, Cancellation).GetAsyncEnumerator(Cancellation));
    }

    private sealed class Watch : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<WatchEvent> _events;
        private Task<bool> _next;

        // Asking for the first event is what opens the watch.
        public Watch(IAsyncEnumerator<WatchEvent> events)
        {
            _events = events;
            _next = events.MoveNextAsync().AsTask();
        }

        public async Task<List<string>> TakeAsync(int count)
        {
            var taken = new List<string>();
            while (taken.Count < count)
            {
                Assert.True(await _next.WaitAsync(TimeSpan.FromSeconds(20), Cancellation));
                taken.Add($"{_events.Current.Type} {_events.Current.Object.Name()}");
                _next = _events.MoveNextAsync().AsTask();
            }

            return taken;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
