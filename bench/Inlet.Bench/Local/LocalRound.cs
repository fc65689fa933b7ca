using System.Diagnostics;
using Inlet.Bench.Machine;

namespace Inlet.Bench.Local;

/// <summary>One life of <c>inlet up</c>, from an empty data directory to its stop.</summary>
internal sealed record LocalRound
{
    private const string AllCores = "0-1023";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(2);

    public required TimeSpan FirstKubectl { get; init; }

    public required TimeSpan ControllerAnswers { get; init; }

    public required TimeSpan FirstAnswer { get; init; }

    public required IReadOnlyList<TimeSpan> InEffect { get; init; }

    /// <summary>From the last Ingress in effect.</summary>
    public required TimeSpan Calm { get; init; }

    public required long RssBytes { get; init; }

    public required long PssBytes { get; init; }

    /// <summary>Of one core.</summary>
    public required double IdleCpuShare { get; init; }

    public required TimeSpan Stopped { get; init; }

    /// <summary>Of one core, by others.</summary>
    public required double Disturbance { get; init; }

    public static LocalRound Run(Workshop workshop, string inlet, int round, int posts, TimeSpan idleTime)
    {
        var disturbance = new Disturbance();
        var kubeconfig = workshop.PathOf($"kubeconfig-{round}");
        var started = Stopwatch.GetTimestamp();
        var up = new UpProcess(workshop.Start($"up-{round}", AllCores, inlet, "up", "--data-dir", workshop.PathOf($"data-{round}"),
            "--api-port", "0", "--http-port", "0", "--https-port", "0", "--kubeconfig", kubeconfig, "--output", "json"));
        try
        {
            Waiting.Until("a kubeconfig", Patience, Glance, () => up.Lives && File.Exists(kubeconfig));
            Waiting.Until("kubectl get ns", Patience, TimeSpan.Zero, () => Kubectl(workshop, kubeconfig, "get", "ns"));
            var firstKubectl = Stopwatch.GetElapsedTime(started);
            Waiting.Until("the event ready", Patience, Glance, () => up.Lives && up.HttpPort is not null);
            using var asker = new HttpAsker(up.HttpPort!.Value);
            Waiting.Until("an answer of the controller", Patience, Glance, () => asker.Status("nobody.bench.test") == 404);
            var controllerAnswers = Stopwatch.GetElapsedTime(started);
            var firstAnswer = Apply(workshop, kubeconfig, asker);
            var inEffect = CreateIngresses(workshop, kubeconfig, asker, posts);
            var calm = IdleCost.WaitForCalm(up.Id);
            var idle = IdleCost.Measure(up.Id, idleTime);
            var share = disturbance.Share();
            var stopping = Stopwatch.GetTimestamp();
            workshop.End(up.Process);
            var result = new LocalRound
            {
                FirstKubectl = firstKubectl,
                ControllerAnswers = controllerAnswers,
                FirstAnswer = firstAnswer,
                InEffect = inEffect,
                Calm = calm,
                RssBytes = idle.RssBytes,
                PssBytes = idle.PssBytes,
                IdleCpuShare = idle.CpuShare,
                Stopped = Stopwatch.GetElapsedTime(stopping),
                Disturbance = share,
            };
            Console.Error.WriteLine($"round {round + 1}: kubectl after {firstKubectl.TotalSeconds:F2} s, first 200 after {firstAnswer.TotalSeconds:F2} s");
            return result;
        }
        catch (BenchException exception)
        {
            throw new BenchException($"{exception.Message}\n{up.Process.LogTail()}");
        }
    }

    private static TimeSpan Apply(Workshop workshop, string kubeconfig, HttpAsker asker)
    {
        var manifest = workshop.WriteFile("app.yaml", LocalManifests.App);
        var started = Stopwatch.GetTimestamp();
        if (!Kubectl(workshop, kubeconfig, "apply", "-f", manifest))
        {
            throw new BenchException("kubectl apply failed");
        }

        Waiting.Until("a 200 of the new app", Patience, TimeSpan.Zero, () => asker.Status(LocalManifests.AppHost) == 200);
        return Stopwatch.GetElapsedTime(started);
    }

    private static List<TimeSpan> CreateIngresses(Workshop workshop, string kubeconfig, HttpAsker asker, int count)
    {
        using var api = ApiClient.Of(workshop.Run("kubectl", AllCores, Patience, "kubectl", "--kubeconfig", kubeconfig, "config", "view", "--raw", "-o", "json"));
        var times = new List<TimeSpan>();
        for (var number = 0; number < count; number++)
        {
            var host = FormattableString.Invariant($"new{number}.bench.test");
            api.Post("/apis/networking.k8s.io/v1/namespaces/default/ingresses", LocalManifests.Ingress($"new{number}", host));
            times.Add(Waiting.Until($"a 200 of {host}", Patience, TimeSpan.Zero, () => asker.Status(host) == 200));
        }

        return times;
    }

    private static bool Kubectl(Workshop workshop, string kubeconfig, params IReadOnlyList<string> arguments)
    {
        var child = workshop.Start("kubectl", AllCores, ["kubectl", "--kubeconfig", kubeconfig, .. arguments]);
        var exit = child.WaitForExit(Patience);
        workshop.End(child);
        return exit == 0;
    }
}
