using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.Tests.Harness;

namespace Inlet.Local.Tests.ApiServer.Http;

/// <summary>The audit log, where one is asked for.</summary>
public sealed class AuditTests
{
    [Fact]
    public async Task Every_request_leaves_a_line_with_who_what_and_how_it_ended()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "audit.log");
        await using (var server = await LocalApiServer.StartAsync(auditLog: path))
        {
            using var admin = ApiClient.Admin(server);
            using var nobody = new ApiClient(server, "wrong");
            await admin.PostAsync("/api/v1/namespaces/default/secrets", """{"metadata":{"name":"s"},"stringData":{"password":"swordfish"}}""");
            await admin.GetAsync("/apis/apps/v1/namespaces/default/deployments/d/scale");
            await nobody.GetAsync("/api/v1/pods?limit=5");
            await admin.GetAsync("/version");
        }

        var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("swordfish", text, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!.AsObject()).ToList();
        Assert.Equal(
            ["create /api/v1/namespaces/default/secrets 201", "get /apis/apps/v1/namespaces/default/deployments/d/scale 404", "get /api/v1/pods?limit=5 401", "get /version 200"],
            lines.Select(l => $"{l.String("verb")} {l.String("requestURI")} {l.Object("responseStatus").Integer("code")}"));
        Assert.Equal("kubernetes-admin", lines[0].Object("user").String("username"));
        Assert.Equal(("deployments", "d", "scale", "apps"), (
            lines[1].Object("objectRef").String("resource"), lines[1].Object("objectRef").String("name"),
            lines[1].Object("objectRef").String("subresource"), lines[1].Object("objectRef").String("apiGroup")));
        Assert.Empty(lines[2].Object("user")!);
    }
}
