using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.Credentials;

/// <summary>
/// ServiceAccount tokens as Kubernetes issues them: JSON Web Tokens (RFC 7519) signed with ES256 (RFC 7518 section 3.4),
/// subject <c>system:serviceaccount:namespace:name</c>. The key is kept, so that tokens outlive a restart.
/// </summary>
internal sealed class ServiceAccountTokens : IDisposable
{
    /// <summary>Issuer, and the audience the API server itself accepts.</summary>
    public const string Issuer = "https://kubernetes.default.svc.cluster.local";

    private const string KeyFile = "sa.key";
    private const string KubernetesClaim = "kubernetes.io";

    private readonly TimeProvider _time;
    private readonly ECDsa _key;
    private readonly string _header;

    public ServiceAccountTokens(PkiDirectory files, TimeProvider time)
    {
        _time = time;
        _key = Load(files) ?? Create(files);
        var keyId = Base64Url.EncodeToString(SHA256.HashData(_key.ExportSubjectPublicKeyInfo()));
        _header = Encode(new JsonObject { ["alg"] = "ES256", ["kid"] = keyId, ["typ"] = "JWT" });
    }

    /// <param name="audiences">Who may accept the token; empty for the API server.</param>
    public (string Token, DateTimeOffset Expires) Issue(ServiceAccountIdentity account, TimeSpan lifetime, IReadOnlyList<string> audiences)
    {
        var now = _time.GetUtcNow();
        var expires = DateTimeOffset.FromUnixTimeSeconds((now + lifetime).ToUnixTimeSeconds());
        var serviceAccount = new JsonObject { ["name"] = account.Name };
        if (account.Uid is not null)
        {
            serviceAccount["uid"] = account.Uid;
        }

        var audience = audiences.Count > 0 ? audiences : [Issuer];
        var payload = Encode(new JsonObject
        {
            ["aud"] = new JsonArray([.. audience.Select(a => (JsonNode)a)]),
            ["exp"] = expires.ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["iss"] = Issuer,
            ["jti"] = Guid.NewGuid().ToString(),
            [KubernetesClaim] = new JsonObject { ["namespace"] = account.Namespace, ["serviceaccount"] = serviceAccount },
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["sub"] = account.UserName,
        });
        var signed = $"{_header}.{payload}";
        var signature = Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256));
        return ($"{signed}.{signature}", expires);
    }

    /// <returns>Null for a token that is not ours, has expired or is meant for somebody else.</returns>
    public ServiceAccountIdentity? Verify(string token)
    {
        // The header has to be exactly ours: there is one key and one algorithm, so nothing in it is the sender's choice.
        if (token.Split('.') is not [var header, var payload, var signature] || header != _header)
        {
            return null;
        }

        try
        {
            var signed = Encoding.ASCII.GetBytes($"{header}.{payload}");
            return _key.VerifyData(signed, Base64Url.DecodeFromChars(signature), HashAlgorithmName.SHA256)
                ? Read(JsonNode.Parse(Base64Url.DecodeFromChars(payload)) as JsonObject)
                : null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    public void Dispose() => _key.Dispose();

    private ServiceAccountIdentity? Read(JsonObject? claims)
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        var kubernetes = claims.Object(KubernetesClaim);
        var account = kubernetes.Object("serviceaccount");
        if (claims.String("iss") != Issuer
            || claims.Integer("exp") is not { } expires || expires <= now
            || claims.Integer("nbf") is not { } notBefore || notBefore > now
            || claims.Array("aud")?.Any(a => a?.ToString() == Issuer) != true
            || kubernetes.String("namespace") is not { } ns
            || account.String("name") is not { } name)
        {
            return null;
        }

        return new(ns, name, account.String("uid"));
    }

    private static ECDsa? Load(PkiDirectory files)
    {
        if (files.Read(KeyFile) is not { } pem)
        {
            return null;
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            return key;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw files.Unusable(KeyFile, e);
        }
    }

    private static ECDsa Create(PkiDirectory files)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        files.Write(KeyFile, key.ExportPkcs8PrivateKeyPem() + "\n");
        return key;
    }

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));
}
