using System.Reflection;
using System.Text.Json.Nodes;

using Inlet.Local.ApiServer.Discovery;
using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Http;

/// <summary>The paths that are about the server: health, version, the list of paths.</summary>
internal sealed class ServerPages(DiscoveryRequests discovery, CancellationToken stopping)
{
    /// <summary>The Kubernetes version whose API this is; build metadata tells whose server. Clients compare the numbers.</summary>
    private const string KubernetesVersion = "v1.32.0";

    private static readonly string[] Health = ["/healthz", "/livez", "/readyz"];

    private static readonly string GitVersion =
        $"{KubernetesVersion}+inlet{typeof(ServerPages).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}";

    /// <summary>What a client may ask before it has credentials.</summary>
    public static bool IsOpenToAnybody(string path) => path == "/version" || Health.Contains(path);

    /// <returns>Null when the path is another's.</returns>
    public Task? TryHandle(HttpContext context, string path) => path switch
    {
        "" => AnswerWriter.WriteAsync(context, Paths()),
        "/version" => AnswerWriter.WriteAsync(context, Version()),
        "/healthz" or "/livez" => HealthAsync(context, path, ready: true),
        "/readyz" => HealthAsync(context, path, ready: !stopping.IsCancellationRequested),
        _ => null,
    };

    private static Task HealthAsync(HttpContext context, string path, bool ready)
    {
        var check = path[1..];
        if (!ready)
        {
            return AnswerWriter.WriteTextAsync(context, $"[-]shutdown failed: the server is stopping\n{check} check failed\n", StatusCodes.Status503ServiceUnavailable);
        }

        return AnswerWriter.WriteTextAsync(context, context.Request.Query.ContainsKey("verbose") ? $"[+]ping ok\n[+]store ok\n{check} check passed\n" : "ok");
    }

    private static JsonObject Version()
    {
        var numbers = KubernetesVersion[1..].Split('.');
        return new()
        {
            ["major"] = numbers[0],
            ["minor"] = numbers[1],
            ["gitVersion"] = GitVersion,
            ["gitCommit"] = "",
            ["gitTreeState"] = "clean",
            ["buildDate"] = "1970-01-01T00:00:00Z",
            ["goVersion"] = "",
            ["compiler"] = "dotnet",
            ["platform"] = $"{(OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsWindows() ? "windows" : "linux")}/"
                + (System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64"),
        };
    }

    private JsonObject Paths() => new()
    {
        ["paths"] = new JsonArray([.. discovery.Paths.Concat(Health).Concat(["/openapi/v2", "/openapi/v3", "/version"])
            .Order(StringComparer.Ordinal).Select(p => (JsonNode)p)]),
    };
}
