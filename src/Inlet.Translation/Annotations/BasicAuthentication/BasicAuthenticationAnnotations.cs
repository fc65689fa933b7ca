using System.Text;
using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Names and passwords (reference/ingress-annotations §5, Basic).</summary>
internal static class BasicAuthenticationAnnotations
{
    private const int MostUsers = 20_000;

    private static readonly AnnotationSpec Type = new(
        "auth-type", "basic", "", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Close,
        "Asks for a name and a password of auth-secret. Digest is not supported: it needs passwords kept as MD5; use basic over HTTPS.")
    {
        Status = AnnotationStatus.Differs,
        Note = "digest is not supported: it closes the Ingress. It needs passwords that are kept as MD5; use basic over HTTPS.",
    };

    private static readonly AnnotationSpec SecretName = new(
        "auth-secret", "name or namespace/name", "", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Close,
        "The Secret with names and password hashes.")
    {
        Status = AnnotationStatus.Differs,
        Note = "Without auth-type beside it the Ingress is closed, where ingress-nginx asks nobody. The Secret has to be in the Ingress's own namespace.",
    };

    private static readonly AnnotationSpec SecretType = new(
        "auth-secret-type", "auth-file or auth-map", "auth-file", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Close,
        "Whether the Secret holds a password file under the key auth, or one user per key with the hash as value.");

    private static readonly AnnotationSpec Realm = new(
        "auth-realm", "text", "", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Close,
        "What a browser shows when it asks for the password.");

    private static readonly AnnotationSpec Satisfy = new(
        "satisfy", "any or all", "all", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "Whether one of address list, password and external authentication is enough.");

    private static readonly AnnotationSpec[] OfType = [SecretName, SecretType, Realm];

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Type, .. OfType, Satisfy];

    public static bool ParseSatisfyAny(AnnotationReader reader)
    {
        switch (reader.Text(Satisfy))
        {
            case "any":
                return true;
            case null or "all":
                return false;
            case { } other:
                reader.Invalid(Satisfy, other, "it has to be any or all");
                return false;
        }
    }

    /// <returns>Null when nobody is asked, or the Ingress is closed.</returns>
    public static BasicAuthenticationSetting? Parse(AnnotationReader reader, string ns)
    {
        if (!reader.Has(Type))
        {
            if (reader.Has(SecretName))
            {
                // Somebody meant to guard this; to serve it as if he had not would let everybody in.
                reader.Invalid(SecretName, reader.RawText(SecretName) ?? "", $"it needs {Type.Key}: \"basic\" beside it");
            }

            reader.WithoutEffect(SecretType, $"without {Type.Key}");
            reader.WithoutEffect(Realm, $"without {Type.Key}");
            return null;
        }

        switch (reader.Text(Type))
        {
            case "basic":
                break;
            case "digest":
                reader.Invalid(Type, VerdictCodes.AnnotationNotSupported, "digest", "digest is not supported; use basic, over HTTPS");
                return null;
            case { } other:
                reader.Invalid(Type, other, "it has to be basic");
                return null;
            default:
                return null;
        }

        var realm = reader.Phrase(Realm) ?? "";
        var isMap = ReadType(reader);
        if (!reader.Has(SecretName))
        {
            reader.Invalid(Type, "basic", $"it needs {SecretName.Key} beside it");
            return null;
        }

        return reader.Object(SecretName, ns, nameIsEnough: true) is { } key ? new BasicAuthenticationSetting(key, isMap, realm) : null;
    }

    public static RoutePolicies Apply(BasicAuthenticationSetting setting, RoutePolicies policies, ObjectLookup lookup)
    {
        if (lookup.Secret(setting.Secret) is not { } secret)
        {
            return lookup.Close(policies, SecretName.Field, VerdictCodes.SecretNotFound, $"Secret {setting.Secret} does not exist");
        }

        var users = setting.IsMap ? FromMap(secret) : FromFile(secret.Data?.Auth);
        return users switch
        {
            null => lookup.Close(policies, SecretName.Field, VerdictCodes.SecretInvalid, setting.IsMap
                ? $"Secret {setting.Secret} has no key whose value is the hash of a password"
                : $"Secret {setting.Secret} has no password file under the key auth"),
            { Count: > MostUsers } => lookup.Close(policies, SecretName.Field, VerdictCodes.SecretInvalid, $"Secret {setting.Secret} has more than {MostUsers} users"),
            _ => policies with
            {
                BasicAuthentication = new BasicAuthenticationPolicy(CertificateReader.Reference(secret.Metadata ?? new ObjectMeta()), users.ToEquatableArray()) { Realm = setting.Realm },
            },
        };
    }

    private static bool ReadType(AnnotationReader reader)
    {
        switch (reader.Text(SecretType))
        {
            case "auth-map":
                return true;
            case null or "auth-file":
                return false;
            case { } other:
                reader.Invalid(SecretType, other, "it has to be auth-file or auth-map");
                return false;
        }
    }

    private static List<PasswordEntry>? FromMap(Secret secret)
    {
        var users = new List<PasswordEntry>();
        foreach (var (user, base64) in secret.Data?.Hashes.OrderBy(static entry => entry.Key, StringComparer.Ordinal) ?? Enumerable.Empty<KeyValuePair<string, string>>())
        {
            if (Decode(base64) is { } hash)
            {
                users.Add(new PasswordEntry(user, hash.Trim()));
            }
        }

        return users.Count == 0 ? null : users;
    }

    private static List<PasswordEntry>? FromFile(string? base64)
    {
        if (Decode(base64) is not { Length: > 0 } text)
        {
            return null;
        }

        var users = new List<PasswordEntry>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = line.IndexOf(':');
            if (colon > 0 && line[0] != '#')
            {
                // A third part is a comment.
                users.Add(new PasswordEntry(line[..colon], line[(colon + 1)..].Split(':')[0]));
            }
        }

        return users;
    }

    private static string? Decode(string? base64)
    {
        var bytes = new byte[base64?.Length ?? 0];
        return base64 is not null && Convert.TryFromBase64String(base64, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }
}

/// <param name="IsMap">One user per key; otherwise a password file.</param>
internal sealed record BasicAuthenticationSetting(ObjectKey Secret, bool IsMap, string Realm) : DeferredSetting
{
    public override RoutePolicies Apply(RoutePolicies policies, ObjectLookup lookup) => BasicAuthenticationAnnotations.Apply(this, policies, lookup);
}
