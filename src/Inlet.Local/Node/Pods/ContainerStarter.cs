using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Node.EnvironmentVariables;
using Inlet.Local.Node.Logs;
using Inlet.Local.Node.Runtime;
using Inlet.Local.Node.Status;

namespace Inlet.Local.Node.Pods;

/// <summary>Turns a container of a pod's spec into a running instance, or into the state Kubernetes shows when that fails.</summary>
internal sealed class ContainerStarter(NodeContext node, PodSandbox sandbox, ImagePull pull)
{
    /// <summary>What container runtimes report for a container whose process could not be started.</summary>
    private const int CannotStart = 128;

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    private readonly EnvironmentSource _environment = new(node.Objects);

    /// <returns>Null when started, or when only a change of the pod's references can help; else how long to wait for another try.</returns>
    public async Task<TimeSpan?> StartAsync(ContainerUnit unit, PodFacts facts, CancellationToken cancellationToken)
    {
        try
        {
            if (!await pull.IsReadyAsync(unit, facts))
            {
                return null;
            }

            var environment = await ReadEnvironmentAsync(unit, facts, cancellationToken);
            await LaunchAsync(unit, facts, environment);
            return null;
        }
        catch (ImageException e)
        {
            return RefuseImage(unit, facts, e);
        }
        catch (ConfigurationException e)
        {
            Refuse(unit, facts, "CreateContainerConfigError", "Failed", e.Message);
            return null;
        }
        catch (Exception e) when (e is MountPlanException or IOException or UnauthorizedAccessException)
        {
            Refuse(unit, facts, "CreateContainerError", "Failed", e.Message);
            return Retry;
        }
    }

    private async Task<IReadOnlyDictionary<string, string>> ReadEnvironmentAsync(ContainerUnit unit, PodFacts facts, CancellationToken cancellationToken)
    {
        var pod = facts.Pod;
        var baseline = IsProcess(unit) ? BaseEnvironment.Read(node.Options.ProgramDirectory) : [];
        baseline["HOSTNAME"] = PodFields.HostName(pod);
        if (IsProcess(unit) && UserOf(unit, facts) is { } user)
        {
            ContainerUsers.Describe(user, baseline);
        }

        if (sandbox.Kubeconfig is { } kubeconfig)
        {
            baseline["KUBECONFIG"] = kubeconfig;
        }

        var server = ApiServerAddress.For(node.Options, sandbox.NetworkNamespacePath is null);
        var environment = await _environment.ReadAsync(facts, unit.Spec, baseline, server, cancellationToken);
        foreach (var skipped in environment.SkippedKeys)
        {
            node.Events.Record(pod, PodEvents.Warning, "InvalidEnvironmentVariableNames", skipped, unit.Name, unit.IsInit);
        }

        return environment.Variables;
    }

    private async Task LaunchAsync(ContainerUnit unit, PodFacts facts, IReadOnlyDictionary<string, string> environment)
    {
        var attempt = unit.Attempt + 1;
        var user = UserOf(unit, facts);
        var mounts = sandbox.MountsFor(unit.Spec, environment);
        var confinement = SecuritySettings.Of(unit.Spec);
        if (confinement.ReadOnlyRoot && IsProcess(unit) && !node.Runtime.HasPrivateMounts)
        {
            throw new ConfigurationException("securityContext.readOnlyRootFilesystem needs the right to mount (CAP_SYS_ADMIN): run inlet as root, or take the field out");
        }

        var log = OpenLog(facts.Pod.Uid(), unit.Name, attempt);
        var request = new ContainerRequest
        {
            Id = new ContainerId(facts.Pod.Uid(), unit.Name, attempt),
            Image = unit.Spec.String("image") ?? "",
            Command = [.. Strings(unit.Spec, "command").Select(a => VariableExpansion.Expand(a, environment))],
            Arguments = [.. Strings(unit.Spec, "args").Select(a => VariableExpansion.Expand(a, environment))],
            Environment = environment,
            WorkingDirectory = unit.Spec.String("workingDir") is { Length: > 0 } given ? given : null,
            HostName = PodFields.HostName(facts.Pod),
            NetworkNamespacePath = sandbox.NetworkNamespacePath,
            Mounts = mounts,
            User = user,
            Limits = ContainerResources.Limits(unit.Spec),
            Confinement = confinement,
            Stdin = unit.Spec.Boolean("stdin") == true,
            StdinOnce = unit.Spec.Boolean("stdinOnce") == true,
            Terminal = unit.Spec.Boolean("tty") == true,
            Output = log.WriteOutput,
            Errors = log.WriteErrors,
            OutputClosed = log.Dispose,
        };
        var id = node.Runtime.Scheme + request.Id;
        try
        {
            var instance = await node.Runtime.StartAsync(request);
            unit.Begin(attempt, instance.StatusId, log);
            unit.Run(instance, node.Time.GetUtcNow());
            Record(unit, facts, PodEvents.Normal, "Created", $"Created container: {unit.Name}");
            Record(unit, facts, PodEvents.Normal, "Started", $"Started container {unit.Name}");
            TellShortcomings(unit, facts, request);
        }
        catch (LaunchException e)
        {
            unit.Begin(attempt, id, log);
            var now = node.Time.GetUtcNow();
            unit.End(new Terminated(CannotStart, 0, "StartError", $"failed to start container: {e.Message}", now, now, id));
            Record(unit, facts, PodEvents.Warning, "Failed", $"Error: failed to start container \"{unit.Name}\": {e.Message}");
        }

        unit.Backoff.Started(node.Time.GetUtcNow());
    }

    /// <summary>What the pod asks for and this node cannot give: said with each instance, never passed over.</summary>
    private void TellShortcomings(ContainerUnit unit, PodFacts facts, ContainerRequest request)
    {
        var isProcess = IsProcess(unit);
        if (isProcess && request.Mounts.Count > 0 && !node.Runtime.HasPrivateMounts)
        {
            Record(unit, facts, PodEvents.Warning, "VolumesLinked",
                "volumes are symbolic links that everything on this machine sees, and readOnly does not bind: run inlet as root to mount them for the container alone");
        }

        if ((request.Limits.MemoryBytes ?? request.Limits.CpuMillis) is not null && isProcess && node.Runtime.LimitsObstacle is { } obstacle)
        {
            Record(unit, facts, PodEvents.Warning, "LimitsNotEnforced", $"resources.limits are not enforced: {obstacle}. Run inlet as root");
        }

        if (SecuritySettings.Ignored(facts.Pod, unit.Spec, isProcess) is { Count: > 0 } ignored)
        {
            Record(unit, facts, PodEvents.Warning, "SecurityContextIgnored",
                $"securityContext: {string.Join(", ", ignored)} {(ignored.Count == 1 ? "is" : "are")} not applied on this node");
        }
    }

    private ContainerLog OpenLog(string podUid, string container, int attempt)
    {
        var directory = node.Directory.Logs(podUid, container);
        LogFiles.DeleteAttemptsBefore(directory, attempt - 1);
        return new ContainerLog(directory, attempt, node.Time);
    }

    /// <returns>How long to wait for another try; null when none can help.</returns>
    private TimeSpan? RefuseImage(ContainerUnit unit, PodFacts facts, ImageException e)
    {
        if (!e.IsWorthARetry)
        {
            Refuse(unit, facts, e.Reason, e.Reason, e.Message);
            return null;
        }

        var isFirst = unit.PullRetry == TimeSpan.Zero;
        Record(unit, facts, PodEvents.Warning, "Failed", $"{e.Message}");
        unit.Wait(isFirst
            ? new Waiting(e.Reason, e.Message)
            : new Waiting("ImagePullBackOff", $"Back-off pulling image \"{unit.Spec.String("image")}\": {e.Reason}: {e.Message}"));
        return ImagePull.NextRetry(unit);
    }

    private bool IsProcess(ContainerUnit unit) => node.Runtime.RunsAsProcess(unit.Spec.String("image") ?? "");

    private ContainerUser? UserOf(ContainerUnit unit, PodFacts facts) => ContainerUsers.Of(facts.Pod, unit.Spec, IsProcess(unit));

    private void Refuse(ContainerUnit unit, PodFacts facts, string state, string reason, string message)
    {
        unit.Wait(new Waiting(state, message));
        if (unit.LastProblem != message)
        {
            unit.LastProblem = message;
            Record(unit, facts, PodEvents.Warning, reason, reason == "Failed" ? $"Error: {message}" : message);
        }
    }

    private void Record(ContainerUnit unit, PodFacts facts, string type, string reason, string message) =>
        node.Events.Record(facts.Pod, type, reason, message, unit.Name, unit.IsInit);

    private static IEnumerable<string> Strings(JsonObject container, string key) => container.Array(key)?.Select(s => s?.ToString() ?? "") ?? [];
}
