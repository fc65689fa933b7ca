using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>The Secrets as they are now, each decoded once when somebody asks for it.</summary>
internal sealed class SecretStore
{
    private readonly Dictionary<ObjectKey, Secret> _secrets = [];
    private readonly Dictionary<ObjectKey, (CertificateMaterial? Certificate, string? Problem)> _decoded = [];

    public void Put(Secret secret)
    {
        var key = (secret.Metadata ?? new ObjectMeta()).Key;
        _secrets[key] = secret;
        _decoded.Remove(key);
    }

    public void CopyTo(SecretStore other)
    {
        foreach (var secret in _secrets.Values)
        {
            other.Put(secret);
        }
    }

    public void Remove(ObjectKey key)
    {
        _secrets.Remove(key);
        _decoded.Remove(key);
    }

    public Secret? Get(ObjectKey key) => _secrets.GetValueOrDefault(key);

    /// <returns>The certificate, or a verdict's code and the reason; neither when <paramref name="key"/> names no Secret.</returns>
    public (CertificateMaterial? Certificate, string Code, string Reason) Find(ObjectKey key)
    {
        if (!_secrets.TryGetValue(key, out var secret))
        {
            return (null, VerdictCodes.SecretNotFound, "does not exist");
        }

        if (!_decoded.TryGetValue(key, out var decoded))
        {
            decoded = CertificateReader.Read(secret);
            _decoded[key] = decoded;
        }

        return (decoded.Certificate, VerdictCodes.SecretInvalid, decoded.Problem ?? "");
    }
}
