namespace Inlet.Bench.Proxy;

internal enum KeyKind
{
    Rsa2048,
    EcdsaP256,
}

/// <summary>PEM files of a self-signed certificate for <see cref="PeerSetup.Host"/>.</summary>
internal sealed record CertificateFiles(string Certificate, string Key);

/// <summary>What a proxy is to serve: the same for every peer of a case.</summary>
internal sealed record PeerSetup
{
    /// <summary>The host that the load asks for.</summary>
    public const string Host = "localhost";

    public const string SmallTarget = "/api/1k";

    /// <summary>10 MB.</summary>
    public const string LargeTarget = "/api/10m";

    private static readonly string[] StandardPaths = ["/", "/api", "/apic", "/static/img", "/b/c"];

    /// <summary>Host and path prefix of each route; all lead to <see cref="UpstreamPort"/>.</summary>
    public required IReadOnlyList<(string Host, string Path)> Routes { get; init; }

    public required int UpstreamPort { get; init; }

    public CertificateFiles? Certificate { get; init; }

    /// <summary>Loops, workers or threads that serve.</summary>
    public int Loops { get; init; } = 1;

    /// <summary>False asks peers to pass bodies on as they come, without collecting them.</summary>
    public bool BufferBodies { get; init; } = true;

    /// <summary>100 hosts with five paths each, the load's host in the middle.</summary>
    public static IReadOnlyList<(string Host, string Path)> FiveHundredRoutes { get; } =
        [.. Enumerable.Range(0, 100).SelectMany(static host => StandardPaths.Select(path => (host == 50 ? Host : HostName(host), path)))];

    /// <summary>One route for each of <paramref name="count"/> hosts.</summary>
    public static IReadOnlyList<(string Host, string Path)> Hosts(int count) =>
        [.. Enumerable.Range(0, count).Select(static host => (HostName(host), "/"))];

    public static string HostName(int index) => FormattableString.Invariant($"h{index:D6}.bench.test");
}
