using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Inlet.Controller;

/// <summary>
/// Sends the data plane's spans to a collector, in batches, from a thread of its own. What there is no room for is dropped: a
/// collector that is slow or away costs traces and never a request.
/// </summary>
internal static class TraceExport
{
    public static TracerProvider Start(TraceExportOptions options) =>
        Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.AddService(options.ServiceName, serviceVersion: typeof(TraceExport).Assembly.GetName().Version?.ToString(3)))
            .AddSource(Proxy.RequestTraces.SourceName)
            // The data plane has decided already, and told the endpoint.
            .SetSampler(new AlwaysOnSampler())
            .AddOtlpExporter(exporter =>
            {
                exporter.Protocol = options.Grpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
                exporter.Endpoint = options.Grpc ? options.Endpoint : new Uri(options.Endpoint, options.Endpoint.AbsolutePath == "/" ? "/v1/traces" : options.Endpoint.AbsolutePath);
            })
            .Build();
}
