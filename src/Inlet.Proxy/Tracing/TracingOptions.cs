namespace Inlet.Proxy;

/// <summary>Which requests are traced. Spans go to whoever listens to <see cref="RequestTraces.SourceName"/>.</summary>
/// <param name="SampleRate">The share of the requests that begin a trace here, 0 … 1, which is recorded.</param>
/// <param name="TrustIncoming">A client's <c>traceparent</c> is continued, and its decision whether to record with it. Otherwise it is replaced.</param>
public sealed record TracingOptions(double SampleRate, bool TrustIncoming = true);
