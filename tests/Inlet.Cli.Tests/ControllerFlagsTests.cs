using System.CommandLine;
using System.Text;
using Inlet.Cli.Commands;
using Inlet.Translation.Tests;

namespace Inlet.Cli.Tests;

public sealed class ControllerFlagsTests
{
    /// <summary>With a value each, as the Deployments of ingress-nginx have them.</summary>
    private static readonly string[] OfIngressNginx =
    [
        "--controller-class=k8s.io/ingress-nginx", "--ingress-class=nginx", "--ingress-class-by-name=true", "--watch-ingress-without-class=true", "--configmap=a/b",
        "--default-backend-service=a/b", "--default-ssl-certificate=a/b", "--publish-service=a/b", "--publish-status-address=1.2.3.4", "--update-status=true",
        "--update-status-on-shutdown=true", "--report-node-internal-ip-address=false", "--status-update-interval=60", "--election-id=x", "--election-ttl=30s",
        "--disable-leader-election=false", "--watch-namespace=a", "--watch-namespace-selector=a=b", "--http-port=80", "--https-port=443", "--healthz-port=10254",
        "--healthz-host=x", "--health-check-path=/healthz", "--health-check-timeout=10", "--tcp-services-configmap=a/b", "--udp-services-configmap=a/b",
        "--validating-webhook=:8443", "--validating-webhook-certificate=/c", "--validating-webhook-key=/k", "--disable-catch-all=true", "--disable-svc-external-name=true",
        "--annotations-prefix=x", "--enable-annotation-validation=true", "--enable-ssl-passthrough", "--ssl-passthrough-proxy-port=442", "--enable-metrics=true",
        "--metrics-per-host=true", "--metrics-per-undefined-host=false", "--shutdown-grace-period=0", "--post-shutdown-grace-period=10", "--report-status-classes",
        "--time-buckets=1", "--length-buckets=1", "--size-buckets=1", "--bucket-factor=1", "--max-buckets=1", "--exclude-socket-metrics=x", "--enable-topology-aware-routing",
        "--enable-ssl-chain-completion=false", "--deep-inspect=true", "--disable-full-test", "--disable-sync-events", "--sync-period=0", "--sync-rate-limit=0.3",
        "--default-server-port=8181", "--profiling=true", "--profiler-port=10245", "--profiler-address=127.0.0.1", "--apiserver-host=x", "--certificate-authority=x",
        "--kubeconfig=x", "--maxmind-license-key=x", "--maxmind-edition-ids=x", "--maxmind-mirror=x", "--maxmind-retries-count=1", "--maxmind-retries-timeout=1", "--v=2",
        "--status-port=1", "--stream-port=1", "--dynamic-configuration-retries=15", "--internal-logger-address=x", "--monitor-max-batch-size=1",
    ];

    [Fact]
    public void Arguments_of_an_ingress_nginx_deployment_are_accepted()
    {
        Assert.Empty(ControllerCommand.Create().Parse(OfIngressNginx).Errors);
    }

    [Theory]
    [InlineData(new[] { "--enable-metrics" }, 0)]
    [InlineData(new[] { "--enable-metrics=true" }, 0)]
    [InlineData(new[] { "--enable-metrics=false" }, 1)]
    [InlineData(new[] { "--update-status-on-shutdown" }, 1)]
    [InlineData(new[] { "--v=2", "--maxmind-mirror=x" }, 2)]
    [InlineData(new string[] { }, 0)]
    public void Flag_without_effect_is_reported_unless_it_asks_for_what_is_done_anyway(string[] arguments, int sentences)
    {
        var command = new Command("controller");
        var unused = NginxFlags.AddTo(command);

        Assert.Equal(sentences, unused(command.Parse(arguments)).Count);
    }

    [Fact]
    public void Switch_may_stand_alone_or_have_a_value()
    {
        var command = new Command("x");
        var choose = CommonOptions.Choose("--metrics-per-host", "");
        command.Add(choose);

        Assert.Null(command.Parse([]).GetValue(choose));
        Assert.True(command.Parse(["--metrics-per-host"]).GetValue(choose));
        Assert.False(command.Parse(["--metrics-per-host=false"]).GetValue(choose));
    }

    [Fact]
    public void Page_of_flags_says_what_the_command_says() => ReferencePage.Check("flags.md", Page());

    private static string Page()
    {
        var page = new StringBuilder("""
            # Flags of `inlet controller`

            Made from the command itself; a test compares the two. Flags that ingress-nginx has too have its names, so that the
            arguments of its Deployment can stay; those that have no effect here are accepted and reported, with the reason, at
            the start.

            | flag | what it does |
            |---|---|

            """);
        foreach (var option in ControllerCommand.Create().Options.Where(static option => !option.Hidden).OrderBy(static option => option.Name, StringComparer.Ordinal))
        {
            var names = string.Join(", ", option.Aliases.Prepend(option.Name).Select(static name => $"`{name}`"));
            page.Append($"| {names} | {ReferencePage.Cell(option.Description ?? "")} |\n");
        }

        page.Append("\n## Accepted without effect\n\n| flag | why |\n|---|---|\n");
        foreach (var flag in NginxFlags.All.OrderBy(static flag => flag.Name, StringComparer.Ordinal))
        {
            page.Append($"| `{flag.Name}` | {ReferencePage.Cell(flag.Why)} |\n");
        }

        return page.ToString();
    }
}
