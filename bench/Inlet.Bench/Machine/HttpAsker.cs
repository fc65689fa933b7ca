namespace Inlet.Bench.Machine;

/// <summary>Asks one port for one host after the other, over a kept connection.</summary>
internal sealed class HttpAsker(int port) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };

    /// <returns>0 when there was no answer.</returns>
    public int Status(string host, string target = "/")
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}{target}");
            request.Headers.Host = host;
            using var response = _client.Send(request);
            using var body = response.Content.ReadAsStream();
            body.CopyTo(Stream.Null);
            return (int)response.StatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException)
        {
            return 0;
        }
    }

    public void Dispose() => _client.Dispose();
}
