using Inlet.Kubernetes;

namespace Inlet.Translation;

/// <summary>TLS to the endpoints as an Ingress asks for it; its Secret is looked up when hosts are merged.</summary>
/// <param name="Secret">Null without client certificate and CA bundle.</param>
/// <param name="ServerName">For the handshake and the check; null for neither.</param>
internal sealed record UpstreamTlsSettings(ObjectKey? Secret, bool Verify, int VerifyDepth, string? ServerName);
