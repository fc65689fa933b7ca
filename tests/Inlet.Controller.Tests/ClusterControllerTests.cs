using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Kubernetes.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inlet.Controller.Tests;

/// <summary>The controller against an API server over HTTP: the same pipeline, and what it writes back.</summary>
public sealed class ClusterControllerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ingress_that_is_created_is_served_and_gets_its_address()
    {
        await using var backend = new TestBackend("shop");
        await using var server = await TestApiServer.StartAsync();
        await using var run = await RunAsync(server, backend, new ControllerOptions { PublishService = "inlet-system/inlet-controller" });
        PutPublishedService(server, "203.0.113.7");
        Put(server, Manifests.Ingress("a", "a.com", "/", "shop"));

        await run.UntilAsync("a.com", 200, "shop");
        var status = await UntilAsync(() => server.Find(ResourceTypes.Ingresses, "default", "a").Object("status"));
        Assert.Equal("""{"loadBalancer":{"ingress":[{"ip":"203.0.113.7"}]}}""", status.ToJsonString());

        PutPublishedService(server, "203.0.113.8");
        await UntilAsync(() => server.Find(ResourceTypes.Ingresses, "default", "a")!.ToJsonString().Contains("203.0.113.8", StringComparison.Ordinal) ? "" : null);

        // Written once per address: the watch brings our own writes back, which must not start a circle.
        Put(server, Manifests.Ingress("b", "b.com", "/", "shop"));
        await UntilAsync(() => server.Find(ResourceTypes.Ingresses, "default", "b").Object("status"));
        server.Requests.Writer.TryComplete();
        var writes = await server.Requests.Reader.ReadAllAsync(Cancellation).Where(request => request.StartsWith("PATCH", StringComparison.Ordinal)).ToListAsync(Cancellation);
        Assert.Equal(3, writes.Count);
        Assert.All(writes, write => Assert.Contains("/status", write, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ingress_of_another_class_is_neither_served_nor_touched()
    {
        await using var backend = new TestBackend("shop");
        await using var server = await TestApiServer.StartAsync();
        await using var run = await RunAsync(server, backend, new ControllerOptions { PublishService = "inlet-system/inlet-controller" });
        PutPublishedService(server, "203.0.113.7");
        Put(server, Manifests.Ingress("other", "other.com", "/", "shop", """{nginx.ingress.kubernetes.io/rewrite-target: "/x"}""").Replace("ingressClassName: inlet", "ingressClassName: nginx", StringComparison.Ordinal));
        Put(server, Manifests.Ingress("ours", "ours.com", "/", "shop"));

        await run.UntilAsync("ours.com", 200, "shop");
        await UntilAsync(() => server.Find(ResourceTypes.Ingresses, "default", "ours").Object("status"));
        Assert.Equal(404, (await run.GetAsync("other.com")).Status);
        Assert.Null(server.Find(ResourceTypes.Ingresses, "default", "other")!["status"]);
        Assert.Empty(server.All(ResourceTypes.Events));
    }

    [Fact]
    public async Task Verdicts_become_one_event_per_object_and_code()
    {
        await using var backend = new TestBackend("shop");
        await using var server = await TestApiServer.StartAsync();
        await using var run = await RunAsync(server, backend, new ControllerOptions());
        Put(server, Manifests.Ingress("a", "a.com", "/", "shop", """{nginx.ingress.kubernetes.io/enable-opentelemetry: "/x", nginx.ingress.kubernetes.io/enable-modsecurity: "/y"}"""));

        var created = await UntilAsync(() => server.All(ResourceTypes.Events).SingleOrDefault());
        Assert.Equal(("Warning", "AnnotationRefused"), (created.String("type"), created.String("reason")));
        Assert.Contains("enable-modsecurity has no effect", created.String("message")!, StringComparison.Ordinal);
        Assert.Contains("enable-opentelemetry has no effect", created.String("message")!, StringComparison.Ordinal);
        var about = created.Object("involvedObject");
        Assert.Equal(("Ingress", "default", "a", server.Find(ResourceTypes.Ingresses, "default", "a")!.Uid()),
            (about.String("kind"), about.String("namespace"), about.String("name"), about.String("uid")));

        // Said again it is the same Event; said differently it counts up.
        Put(server, Manifests.Ingress("a", "b.com", "/", "shop", """{nginx.ingress.kubernetes.io/enable-opentelemetry: "/x", nginx.ingress.kubernetes.io/enable-modsecurity: "/y"}"""));
        await run.UntilAsync("b.com", 200, "shop");
        Assert.Equal(1, server.All(ResourceTypes.Events).Single().Integer("count"));
        Put(server, Manifests.Ingress("a", "b.com", "/", "shop", """{nginx.ingress.kubernetes.io/enable-modsecurity: "/y"}"""));
        var counted = await UntilAsync(() => server.All(ResourceTypes.Events).Single() is var one && one.Integer("count") == 2 ? one : null);
        Assert.DoesNotContain("enable-opentelemetry", counted.String("message")!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_goes_away_leaves_everything_served_and_is_followed_again()
    {
        await using var backend = new TestBackend("shop");
        await using var server = await TestApiServer.StartAsync();
        await using var run = await RunAsync(server, backend, new ControllerOptions());
        Put(server, Manifests.Ingress("a", "a.com", "/", "shop"));
        await run.UntilAsync("a.com", 200, "shop");

        for (var refusal = 0; refusal < 5; refusal++)
        {
            server.Interceptors.Enqueue(context => TestApiServer.AnswerAsync(context, 500, "InternalError", "gone fishing"));
        }

        server.EndWatches();
        Assert.Equal((200, "shop"), await run.GetAsync("a.com"));
        Put(server, Manifests.Ingress("b", "b.com", "/", "shop"));
        await run.UntilAsync("b.com", 200, "shop");
    }

    [Fact]
    public async Task Ready_only_after_the_first_full_table()
    {
        await using var backend = new TestBackend("shop");
        await using var server = await TestApiServer.StartAsync();
        var release = new TaskCompletionSource();
        for (var list = 0; list < 32; list++)
        {
            server.Interceptors.Enqueue(async context =>
            {
                if (context.Request.Path.Value!.EndsWith("/endpointslices", StringComparison.Ordinal))
                {
                    await release.Task;
                }

                return false;
            });
        }

        Put(server, Manifests.Service("shop", backend));
        Put(server, Manifests.Ingress("a", "a.com", "/", "shop"));
        await using var run = await StartAsync(server, new ControllerOptions());
        Assert.Equal(503, (await run.AdminAsync("/readyz")).Status);
        Assert.Equal(200, (await run.AdminAsync("/healthz")).Status);
        Assert.Equal(404, (await run.GetAsync("a.com")).Status);

        release.SetResult();
        await run.Host.WaitUntilReadyAsync(Cancellation).WaitAsync(Patience, Cancellation);
        Assert.Equal(200, (await run.AdminAsync("/readyz")).Status);
        Assert.Equal((200, "shop"), await run.GetAsync("a.com"));
        Assert.Contains("# TYPE", (await run.AdminAsync("/metrics")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secret_that_is_replaced_changes_the_certificate_and_plain_http_is_redirected()
    {
        await using var backend = new TestBackend("shop");
        await using var server = await TestApiServer.StartAsync();
        await using var run = await RunAsync(server, backend, new ControllerOptions());
        server.Put(ResourceTypes.Secrets, Certificate("first"));
        Put(server, Manifests.Ingress("a", "www.app.com", "/", "shop", tls: "[{hosts: [www.app.com], secretName: cert}]"));

        await run.UntilAsync("www.app.com", 308, "");
        Assert.Equal("CN=first", await run.SubjectAsync("www.app.com"));
        Assert.Equal("CN=Inlet Default Certificate", await run.SubjectAsync("other.com"));

        server.Put(ResourceTypes.Secrets, Certificate("second"));
        var limit = Stopwatch.StartNew();
        while (await run.SubjectAsync("www.app.com") != "CN=second")
        {
            Assert.True(limit.Elapsed < Patience);
        }
    }

    [Fact]
    public async Task Namespace_to_watch_limits_what_is_seen_but_not_the_published_service()
    {
        await using var backend = new TestBackend("shop");
        await using var server = await TestApiServer.StartAsync();
        PutPublishedService(server, "203.0.113.7");
        await using var run = await RunAsync(server, backend, new ControllerOptions { WatchNamespace = "default", PublishService = "inlet-system/inlet-controller" });
        var elsewhere = ManifestReader.Parse(Manifests.Ingress("e", "elsewhere.com", "/", "shop"), "e.yaml").Single().Object;
        elsewhere.Metadata()!["namespace"] = "elsewhere";
        server.Put(ResourceTypes.Ingresses, elsewhere);
        Put(server, Manifests.Ingress("a", "a.com", "/", "shop"));

        await run.UntilAsync("a.com", 200, "shop");
        await UntilAsync(() => server.Find(ResourceTypes.Ingresses, "default", "a").Object("status"));
        Assert.Equal(404, (await run.GetAsync("elsewhere.com")).Status);
    }

    [Fact]
    public async Task Publish_service_that_is_no_name_is_refused()
    {
        var exception = await Assert.ThrowsAsync<ControllerException>(
            () => ControllerHost.RunAsync(new ControllerOptions { PublishService = "just-a-name" }, NullLoggerFactory.Instance, CancellationToken.None));
        Assert.Equal("--publish-service just-a-name: write namespace/name", exception.Message);
    }

    private static void PutPublishedService(TestApiServer server, string ip) => server.Put(ResourceTypes.Services, new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = "inlet-controller", ["namespace"] = "inlet-system" },
        ["spec"] = new JsonObject { ["type"] = "LoadBalancer" },
        ["status"] = new JsonObject { ["loadBalancer"] = new JsonObject { ["ingress"] = new JsonArray(new JsonObject { ["ip"] = ip }) } },
    });

    private static JsonObject Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "cert", ["namespace"] = "default" },
            ["type"] = "kubernetes.io/tls",
            ["data"] = new JsonObject { ["tls.crt"] = Base64(certificate.ExportCertificatePem()), ["tls.key"] = Base64(key.ExportPkcs8PrivateKeyPem()) },
        };
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static void Put(TestApiServer server, string manifests)
    {
        foreach (var manifest in ManifestReader.Parse(manifests, "test.yaml"))
        {
            var obj = manifest.Object;
            obj.GetOrAddObject("metadata")["namespace"] = "default";
            server.Put(obj.String("kind") switch
            {
                "Ingress" => ResourceTypes.Ingresses,
                "Service" => ResourceTypes.Services,
                _ => ResourceTypes.EndpointSlices,
            }, obj);
        }
    }

    private static async Task<ClusterRun> RunAsync(TestApiServer server, TestBackend backend, ControllerOptions options)
    {
        server.Put(ResourceTypes.IngressClasses, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "inlet" },
            ["spec"] = new JsonObject { ["controller"] = "inlet.dev/ingress-controller" },
        });
        Put(server, Manifests.Service("shop", backend));
        var run = await StartAsync(server, options);
        await run.Host.WaitUntilReadyAsync(Cancellation).WaitAsync(Patience, Cancellation);
        return run;
    }

    private static Task<ClusterRun> StartAsync(TestApiServer server, ControllerOptions options)
    {
        if (server.Find(ResourceTypes.IngressClasses, null, "inlet") is null)
        {
            server.Put(ResourceTypes.IngressClasses, new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = "inlet" },
                ["spec"] = new JsonObject { ["controller"] = "inlet.dev/ingress-controller" },
            });
        }

        return ClusterRun.StartAsync(server.Address, options with { Bind = IPAddress.Loopback, HttpPort = 0, HttpsPort = 0, AdminPort = 0, Loops = 1 });
    }

    private static async Task<T> UntilAsync<T>(Func<T?> look)
        where T : class
    {
        var limit = Stopwatch.StartNew();
        while (true)
        {
            if (look() is { } found)
            {
                return found;
            }

            Assert.True(limit.Elapsed < Patience, "it did not happen");
            await Task.Yield();
        }
    }
}
