namespace Inlet.Local.Tests.Harness;

/// <summary>One API server and an admin's client for a test class; the tests of a class keep out of each other's way by namespace or name.</summary>
public sealed class ApiServerFixture : IAsyncLifetime
{
    private LocalApiServer? _server;
    private ApiClient? _admin;
    private int _namespaces;

    public LocalApiServer Server => _server!;

    public ApiClient Admin => _admin!;

    public async ValueTask InitializeAsync()
    {
        _server = await LocalApiServer.StartAsync();
        _admin = ApiClient.Admin(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>A namespace of one test's own, its name made unique.</summary>
    public async Task<string> NamespaceAsync(string name)
    {
        name = $"{name}-{Interlocked.Increment(ref _namespaces)}";
        var answer = await Admin.PostAsync("/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{name}}}"}}""");
        Assert.Equal(System.Net.HttpStatusCode.Created, answer.Status);
        return name;
    }
}
