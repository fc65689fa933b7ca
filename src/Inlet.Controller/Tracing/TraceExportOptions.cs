namespace Inlet.Controller;

/// <summary>Where recorded spans go, by the OpenTelemetry protocol.</summary>
/// <param name="Endpoint">A collector's base URL, <c>http</c> or <c>https</c>.</param>
/// <param name="Grpc">OTLP over gRPC (usually port 4317); otherwise over HTTP with protobuf (usually 4318, path <c>/v1/traces</c>).</param>
/// <param name="ServiceName">What the spans call us.</param>
public sealed record TraceExportOptions(Uri Endpoint, bool Grpc, string ServiceName);
