using System.CommandLine;
using System.Globalization;
using Inlet.Controller;
using Inlet.Proxy;

namespace Inlet.Cli.Commands;

/// <summary>What a cluster's operator sets for the data plane as a whole: limits on clients, and tracing.</summary>
internal sealed class DataPlaneFlags
{
    private readonly Option<int?> _maxConnections = Number(
        "--max-connections", "Client connections open at once; more wait, and idle ones are closed (default: three quarters of the file descriptors)", 1);

    private readonly Option<int?> _maxPerAddress = Number(
        "--max-connections-per-address", "Connections open at once from one client address; more are closed (default: no limit)", 1);

    private readonly Option<int?> _minRate = Number(
        "--min-client-rate", "Bytes a second a client must send of a body or take of an answer; 0 asks for none (default 240)", 0);

    private readonly Option<int?> _trustedHops = Number(
        "--trusted-hops", "So many proxies stand between trusted peers and clients, whatever their addresses (default 0: go by addresses)", 0);

    private readonly Option<Uri?> _endpoint = new("--tracing-otlp-endpoint")
    {
        Description = "Send OpenTelemetry traces to this collector (default: none)",
        HelpName = "URL",
        CustomParser = static result => CommonOptions.Parse(
            result,
            static text => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null,
            "an http:// or https:// URL"),
    };

    private readonly Option<string> _protocol = CommonOptions.Choice("--tracing-otlp-protocol", "How the collector is spoken to", OtlpProtocol.Grpc);

    private readonly Option<double?> _sampleRate = new("--tracing-sample-rate")
    {
        Description = "Share of the requests to record that begin a trace here, 0 … 1 (default 0.01)",
        HelpName = "SHARE",
        CustomParser = static result => CommonOptions.Parse<double?>(
            result,
            static text => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share <= 1 ? share : null,
            "a share such as 0.01"),
    };

    private readonly Option<bool> _distrust = new("--tracing-ignore-incoming")
    {
        Description = "Begin a trace of our own for each request, whatever traceparent its client sent",
    };

    private enum OtlpProtocol
    {
        Grpc,
        Http,
    }

    public IEnumerable<Option> All => [_maxConnections, _maxPerAddress, _minRate, _trustedHops, _endpoint, _protocol, _sampleRate, _distrust];

    /// <summary>The options with what was written on the command line in place of their own.</summary>
    public ProxyOptions Change(ProxyOptions options, ParseResult parsed) => options with
    {
        MaxConnections = parsed.GetValue(_maxConnections) ?? options.MaxConnections,
        MaxConnectionsPerAddress = parsed.GetValue(_maxPerAddress) ?? options.MaxConnectionsPerAddress,
        MinClientRate = parsed.GetValue(_minRate) ?? options.MinClientRate,
        TrustedHops = parsed.GetValue(_trustedHops) ?? options.TrustedHops,
        Tracing = parsed.GetValue(_endpoint) is null ? options.Tracing
            : new TracingOptions(parsed.GetValue(_sampleRate) ?? 0.01, TrustIncoming: !parsed.GetValue(_distrust)),
    };

    public TraceExportOptions? TraceExport(ParseResult parsed) => parsed.GetValue(_endpoint) is { } endpoint
        ? new TraceExportOptions(endpoint, parsed.Chosen<OtlpProtocol>(_protocol) == OtlpProtocol.Grpc, "inlet") : null;

    private static Option<int?> Number(string name, string description, int smallest) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => CommonOptions.Parse<int?>(
            result,
            text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= smallest ? number : null,
            $"a whole number from {smallest} on"),
    };
}
