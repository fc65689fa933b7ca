using System.Net;
using System.Net.Sockets;

using Inlet.Local.ApiServer;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.Credentials;
using Inlet.Local.Store;
using Inlet.Local.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inlet.Local.Tests.ApiServer.Http;

public sealed class StartTests
{
    [Fact]
    public async Task Port_in_use_is_one_sentence_that_names_the_flag()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var e = await Assert.ThrowsAsync<ApiServerException>(() => StartAsync(new() { Port = port }));
        Assert.Equal(
            $"cannot listen on 127.0.0.1:{port} for the Kubernetes API: the address is already in use; "
            + "choose another port with --api-port, or another address with --bind", e.Message);
    }

    [Fact]
    public async Task Address_of_another_machine_is_one_sentence_that_names_the_flag()
    {
        var e = await Assert.ThrowsAsync<ApiServerException>(() => StartAsync(new() { Port = 0, Bind = IPAddress.Parse("192.0.2.1") }));
        Assert.StartsWith("cannot listen on 192.0.2.1:0 for the Kubernetes API: ", e.Message, StringComparison.Ordinal);
        Assert.Contains("--bind", e.Message, StringComparison.Ordinal);
    }

    private static async Task StartAsync(ApiServerOptions options)
    {
        using var directory = new TemporaryDirectory();
        using var data = DataDirectory.Open(directory.File("data"));
        await using var store = ObjectStore.Open(data);
        using var credentials = ClusterCredentials.Open(data, [], TimeProvider.System);
        var core = new ApiCore(store, ResourceCatalog.Builtin, new(), TimeProvider.System);
        await using var host = await ApiServerHost.StartAsync(
            options, core, credentials, new EchoPodLogs(), NullLoggerFactory.Instance, CancellationToken.None);
    }
}
