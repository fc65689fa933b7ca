using System.CommandLine;
using System.Globalization;
using Inlet.Controller;
using Inlet.Proxy;

namespace Inlet.Cli.Commands;

/// <summary>Which requests are traced, and where to.</summary>
internal sealed class TracingFlags
{
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

    public TracingFlags(Command command)
    {
        foreach (var option in new Option[] { _endpoint, _protocol, _sampleRate, _distrust })
        {
            command.Add(option);
        }
    }

    public ControllerOptions Read(ParseResult parsed, ControllerOptions options) => parsed.GetValue(_endpoint) is not { } endpoint ? options : options with
    {
        Tracing = new TracingOptions(parsed.GetValue(_sampleRate) ?? 0.01, TrustIncoming: !parsed.GetValue(_distrust)),
        TraceExport = new TraceExportOptions(endpoint, parsed.Chosen<OtlpProtocol>(_protocol) == OtlpProtocol.Grpc, "inlet"),
    };
}
