using System.CommandLine;
using System.Net;
using Inlet.Cli.Commands;
using Inlet.Controller;
using Inlet.Local.Node;
using Inlet.Proxy;

namespace Inlet.Cli.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("30s", 30_000)]
    [InlineData("5m", 300_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("500ms", 500)]
    [InlineData("7", 7_000)]
    public void Durations_are_read_as_people_write_them(string text, int milliseconds)
    {
        var option = CommonOptions.Duration("--grace", "", TimeSpan.FromSeconds(1));

        Assert.Equal(milliseconds, Parse(option, "--grace", text).GetValue(option).TotalMilliseconds);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-1s")]
    [InlineData("5d")]
    [InlineData("999999h")]
    [InlineData("")]
    public void What_is_no_duration_is_an_error_that_says_what_to_write(string text)
    {
        var option = CommonOptions.Duration("--grace", "", TimeSpan.FromSeconds(1));

        Assert.Contains("such as 30s", Assert.Single(Parse(option, "--grace", text).Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Word_that_is_no_choice_is_an_error_that_names_the_option_and_the_choices()
    {
        var option = CommonOptions.Choice("--pod-network", "", PodNetworkMode.Auto);

        Assert.Equal("--pod-network bridge: write auto or namespace or host", Assert.Single(Parse(option, "--pod-network", "bridge").Errors).Message);
    }

    [Theory]
    [InlineData("-1", true)]
    [InlineData("0", true)]
    [InlineData("65535", true)]
    [InlineData("65536", false)]
    [InlineData("-2", false)]
    [InlineData("http", false)]
    public void Ports_lie_in_their_range(string text, bool valid)
    {
        var option = CommonOptions.Port("--https-port", "", -1);

        Assert.Equal(valid, Parse(option, "--https-port", text).Errors.Count == 0);
    }

    [Fact]
    public void Choices_are_words_in_lower_case()
    {
        var option = CommonOptions.Choice("--pod-network", "", PodNetworkMode.Auto);

        Assert.Equal(PodNetworkMode.Host, Parse(option, "--pod-network", "host").Chosen<PodNetworkMode>(option));
        Assert.Equal(PodNetworkMode.Auto, Parse(option).Chosen<PodNetworkMode>(option));
        Assert.NotEmpty(Parse(option, "--pod-network", "bridge").Errors);
    }

    [Fact]
    public void An_address_that_is_none_is_an_error()
    {
        var option = CommonOptions.Bind(IPAddress.Loopback);

        Assert.Equal(IPAddress.IPv6Any, Parse(option, "--bind", "::").GetValue(option));
        Assert.Contains("--bind nowhere", Assert.Single(Parse(option, "--bind", "nowhere").Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Access_log_takes_a_form_a_file_or_both()
    {
        var directory = Directory.CreateTempSubdirectory("inlet-cli-");
        try
        {
            var file = Path.Combine(directory.FullName, "a.log");
            Assert.Null(AccessLogOption.Open("off"));
            Assert.Equal(AccessLogFormat.Json, AccessLogOption.Open("json")!.Format);
            using (var both = AccessLogOption.Open($"json:{file}")!.Output)
            {
                both.Write("x"u8);
            }

            using (var combined = AccessLogOption.Open(file)!.Output)
            {
                combined.Write("y"u8);
            }

            Assert.Equal("xy", File.ReadAllText(file));
            Assert.Contains("--access-log", Assert.Throws<IOException>(() => AccessLogOption.Open($"{directory.FullName}/no/such/place")).Message, StringComparison.Ordinal);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void Only_the_command_asked_for_is_made_and_all_where_none_is()
    {
        Assert.Equal(["controller"], CommandList.For(["controller", "up"]).Select(static command => command.Name));
        Assert.Equal(["up", "reset", "controller", "lint", "explain", "demo"], CommandList.For(["--help"]).Select(static command => command.Name));
        Assert.Equal(6, CommandList.For([]).Count());
    }

    [Fact]
    public void Tracing_is_on_with_an_endpoint_only()
    {
        var command = new RootCommand();
        var flags = new TracingFlags(command);
        var options = new ControllerOptions { Loops = 7 };
        Assert.Equal(options, flags.Read(command.Parse([]), options));

        var parsed = command.Parse(
            ["--tracing-otlp-endpoint", "http://collector:4318", "--tracing-otlp-protocol", "http", "--tracing-sample-rate", "0.5", "--tracing-ignore-incoming"]);
        Assert.Empty(parsed.Errors);
        var read = flags.Read(parsed, options);
        Assert.Equal(new TracingOptions(0.5, TrustIncoming: false), read.Tracing);
        Assert.False(read.TraceExport!.Grpc);
        Assert.Equal(7, read.Loops);
    }

    [Theory]
    [InlineData("--tracing-sample-rate", "2")]
    [InlineData("--tracing-otlp-endpoint", "collector:4317")]
    [InlineData("--max-connections", "0")]
    [InlineData("--min-client-rate", "-1")]
    public void Controller_flag_that_is_out_of_range_is_an_error_that_names_it(string flag, string value)
    {
        Assert.StartsWith($"{flag} {value}: write ", Assert.Single(ControllerCommand.Create().Parse([flag, value]).Errors).Message);
    }

    private static ParseResult Parse(Option option, params string[] arguments) => new RootCommand { option }.Parse(arguments);
}
