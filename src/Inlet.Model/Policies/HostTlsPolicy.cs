namespace Inlet.Model;

/// <summary>What a host's handshakes with clients have in place of the server's own settings.</summary>
public sealed record HostTlsPolicy
{
    /// <summary>OpenSSL's list for TLS 1.2; null: the server's. One that names no cipher is reported and the server's is in force.</summary>
    public string? Ciphers { get; init; }

    /// <summary>Whether the order of <see cref="Ciphers"/> decides, not the client's; null: the server's setting.</summary>
    public bool? PreferServerOrder { get; init; }
}
