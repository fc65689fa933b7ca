using System.Globalization;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace Inlet.Local.Node.Runtime.Engine;

/// <summary>Says a container of a pod in the engine's terms.</summary>
internal static class EngineContainers
{
    private const long PeriodMicroseconds = 100_000;

    /// <param name="network">As the engine names it: <c>host</c>, <c>container:NAME</c>.</param>
    public static CreateContainerParameters Parameters(ContainerRequest request, string name, IDictionary<string, string> labels, string network) => new()
    {
        Name = name,
        Image = request.Image,
        // The library marks nothing as optional, and leaves out what is null. That keeps what the image says; a command of the pod's own leaves nothing of it (Kubernetes, "command and args").
        Entrypoint = request.Command.Count > 0 ? [.. request.Command] : null!,
        Cmd = request.Arguments.Count > 0 ? [.. request.Arguments] : request.Command.Count > 0 ? [] : null!,
        Env = [.. request.Environment.Select(static v => $"{v.Key}={v.Value}")],
        WorkingDir = request.WorkingDirectory!,
        User = User(request.User)!,
        OpenStdin = request.Stdin,
        AttachStdin = request.Stdin,
        StdinOnce = request.StdinOnce,
        Tty = request.Terminal,
        Labels = labels,
        HostConfig = new HostConfig
        {
            NetworkMode = network,
            LogConfig = EngineRuntime.NoLog(),
            Mounts = [.. request.Mounts.Select(static m => new Mount { Type = "bind", Source = m.Source, Target = m.Target, ReadOnly = m.ReadOnly })],
            GroupAdd = request.User?.SupplementalGroups.Select(static g => g.ToString(CultureInfo.InvariantCulture)).ToList()!,
            Memory = request.Limits.MemoryBytes ?? 0,
            MemorySwap = request.Limits.MemoryBytes ?? 0,
            CPUPeriod = request.Limits.CpuMillis is null ? 0 : PeriodMicroseconds,
            CPUQuota = (request.Limits.CpuMillis ?? 0) * PeriodMicroseconds / 1000,
            CPUShares = (request.Limits.CpuRequestMillis ?? 0) * 1024 / 1000,
            ReadonlyRootfs = request.Confinement.ReadOnlyRoot,
            Privileged = request.Confinement.IsPrivileged,
            CapAdd = [.. request.Confinement.AddedNames],
            CapDrop = [.. request.Confinement.DroppedNames],
            SecurityOpt = request.Confinement.NoNewPrivileges ? ["no-new-privileges"] : [],
        },
    };

    /// <summary>Ends it when it runs; nothing happens when it is gone.</summary>
    public static async Task RemoveAsync(DockerClient client, string id)
    {
        try
        {
            await client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters { Force = true, RemoveVolumes = true });
        }
        catch (DockerApiException e) when (e.StatusCode is System.Net.HttpStatusCode.NotFound or System.Net.HttpStatusCode.Conflict)
        {
            // Gone, or being removed by somebody else in this moment.
        }
    }

    private static string? User(ContainerUser? user) => user switch
    {
        { User: { } u, Group: { } g } => string.Create(CultureInfo.InvariantCulture, $"{u}:{g}"),
        { User: { } u } => u.ToString(CultureInfo.InvariantCulture),
        { Group: { } g } => string.Create(CultureInfo.InvariantCulture, $"0:{g}"),
        _ => null,
    };
}
