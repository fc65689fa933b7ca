using System.Text;
using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Secret → certificate. Looks at the wrapping only: whether the PEM inside is sound the data plane finds out when it loads it.</summary>
internal static class CertificateReader
{
    public static ObjectReference Reference(ObjectMeta metadata) => new("Secret", metadata.Namespace, metadata.Name, metadata.Uid);

    /// <returns>The certificate, or what is wrong with the Secret.</returns>
    public static (CertificateMaterial? Certificate, string? Problem) Read(Secret secret)
    {
        if (Pem(secret.Data?.TlsCrt) is not { } chain)
        {
            return (null, "has no PEM certificate under tls.crt");
        }

        if (Pem(secret.Data?.TlsKey) is not { } key)
        {
            return (null, "has no PEM private key under tls.key");
        }

        return (new CertificateMaterial(Reference(secret.Metadata ?? new ObjectMeta()), chain, key) { OcspResponse = secret.Data?.OcspStaple }, null);
    }

    /// <returns>Null when it is missing or no PEM.</returns>
    public static string? Pem(string? base64)
    {
        var bytes = new byte[base64?.Length ?? 0];
        if (!Convert.TryFromBase64String(base64 ?? "", bytes, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        return text.Contains("-----BEGIN ", StringComparison.Ordinal) ? text : null;
    }
}
