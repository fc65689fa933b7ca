using System.Net.Sockets;

namespace Inlet.Local.Node.Runtime.Engine;

/// <summary>Finds the socket of a container engine that speaks Docker's API: where DOCKER_HOST says, else where Docker and Podman listen.</summary>
internal static class EngineSocket
{
    private const string Scheme = "unix://";

    /// <returns>Null when nobody listens at any of them.</returns>
    public static string? Find() => Candidates().FirstOrDefault(Answers);

    public static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } host)
        {
            // Whoever set it means that one and no other.
            return host.StartsWith(Scheme, StringComparison.Ordinal) ? [host[Scheme.Length..]] : [];
        }

        var runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        string[] system = ["/var/run/docker.sock", "/run/podman/podman.sock"];
        return string.IsNullOrEmpty(runtime) ? system : [.. system, Path.Combine(runtime, "docker.sock"), Path.Combine(runtime, "podman", "podman.sock")];
    }

    private static bool Answers(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
