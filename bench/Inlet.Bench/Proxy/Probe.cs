namespace Inlet.Bench.Proxy;

/// <summary>Asks a proxy once, as the load will: nothing is measured that does not answer right.</summary>
internal static class Probe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <exception cref="BenchException">No right answer in time; the message has the end of the proxy's log.</exception>
    public static void WaitFor(RunningPeer peer, string host, string target, long bodyBytes)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false };
        // Self-signed: what counts is that the proxy serves the certificate it was given.
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, served, _, _) => served?.Subject == $"CN={PeerSetup.Host}";
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(5) };
        var url = peer.HttpsPort >= 0 ? $"https://{PeerSetup.Host}:{peer.HttpsPort}{target}" : $"http://127.0.0.1:{peer.HttpPort}{target}";
        var deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        string saw;
        do
        {
            if (peer.Process.HasExited)
            {
                throw new BenchException($"{peer.Process.Name} ended:\n{peer.Process.LogTail()}");
            }

            saw = Ask(client, url, host, bodyBytes);
            if (saw.Length == 0)
            {
                return;
            }

            Thread.Sleep(50);
        }
        while (Environment.TickCount64 < deadline);
        throw new BenchException($"{peer.Process.Name} does not answer {url} as it should: {saw}\n{peer.Process.LogTail()}");
    }

    /// <returns>Empty when the answer is right, else what came instead.</returns>
    private static string Ask(HttpClient client, string url, string host, long bodyBytes)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.Host = host;
            using var response = client.Send(request);
            using var body = response.Content.ReadAsStream();
            long length = 0;
            var buffer = new byte[64 * 1024];
            while (body.Read(buffer) is > 0 and var count)
            {
                length += count;
            }

            return (int)response.StatusCode == 200 && length == bodyBytes ? "" : $"{(int)response.StatusCode} with {length} bytes";
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException)
        {
            return exception.Message;
        }
    }
}
