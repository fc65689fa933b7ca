using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Node.Probes;

/// <summary>
/// One call of <c>grpc.health.v1.Health/Check</c> in plain HTTP/2. Request and answer are one field each, which is no reason
/// for a gRPC library: request field 1 is the service's name, answer field 1 its state, 1 for SERVING.
/// </summary>
internal static class GrpcHealth
{
    private const byte StringField1 = 0x0A;
    private const byte NumberField1 = 0x08;
    private const int Serving = 1;
    private const int FrameHead = 5;
    private const int LongestServiceName = 127;

    public static async Task<ProbeResult> CheckAsync(HttpMessageInvoker client, JsonObject grpc, HandlerTarget target, CancellationToken cancellationToken)
    {
        var service = Encoding.UTF8.GetBytes(grpc.String("service") ?? "");
        if (target.Port(grpc["port"]) is not { } port || service.Length > LongestServiceName)
        {
            return ProbeResult.Failure($"service name is longer than {LongestServiceName} bytes, or there is no port");
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{Handlers.Host(target.PodAddress)}:{port}/grpc.health.v1.Health/Check")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Frame(service)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        using var response = await SendAsync(client, request, cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var status = Trailer(response, "grpc-status");
        if (response.StatusCode != HttpStatusCode.OK || status is not (null or "0"))
        {
            return ProbeResult.Failure($"gRPC health check failed: status {status ?? ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture)}");
        }

        return State(body) == Serving ? ProbeResult.Success : ProbeResult.Failure("service unhealthy (responded with \"NOT_SERVING\")");
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpMessageInvoker client, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await client.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            var url = request.RequestUri!;
            throw new HttpRequestException($"failed to connect service \"{url.Authority}\": {Dial.Failure(url.Host, url.Port, e.InnerException ?? e)}");
        }
    }

    private static byte[] Frame(byte[] service)
    {
        var message = service.Length == 0 ? 0 : service.Length + 2;
        var frame = new byte[FrameHead + message];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message);
        if (message > 0)
        {
            frame[FrameHead] = StringField1;
            frame[FrameHead + 1] = (byte)service.Length;
            service.CopyTo(frame, FrameHead + 2);
        }

        return frame;
    }

    private static int State(byte[] body) => body.Length >= FrameHead + 2 && body[FrameHead] == NumberField1 ? body[FrameHead + 1] : 0;

    private static string? Trailer(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var trailing) ? trailing.FirstOrDefault()
        : response.Headers.TryGetValues(name, out var headers) ? headers.FirstOrDefault()
        : null;
}
