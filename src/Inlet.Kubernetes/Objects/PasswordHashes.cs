using System.Buffers;
using System.Text.Json.Nodes;

namespace Inlet.Kubernetes;

/// <summary>Tells hashes of passwords from everything else that Secrets hold.</summary>
internal static class PasswordHashes
{
    // Of crypt(3) the longest is below 130 characters; base64 makes 4 of 3.
    private const int LongestBase64 = 256;
    private const int DesLength = 13;

    private static readonly SearchValues<byte> OfDes = SearchValues.Create("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    public static IReadOnlyDictionary<string, string> Of(JsonObject? data)
    {
        var hashes = new Dictionary<string, string>();
        foreach (var (key, _) in data ?? [])
        {
            if (data.String(key) is { Length: <= LongestBase64 } value && key is not ("auth" or "tls.crt" or "tls.key" or "ca.crt" or "ca.crl") && IsHash(value))
            {
                hashes[key] = value;
            }
        }

        return hashes;
    }

    /// <summary>Modular crypt format (<c>$id$…</c>), LDAP's <c>{SCHEME}…</c>, or the 13 characters of DES.</summary>
    private static bool IsHash(string base64)
    {
        Span<byte> bytes = stackalloc byte[LongestBase64];
        if (!Convert.TryFromBase64String(base64, bytes, out var length))
        {
            return false;
        }

        var text = bytes[..length].Trim(" \r\n"u8);
        return !text.IsEmpty && (text[0] is (byte)'$' or (byte)'{'
            || (text.Length == DesLength && !text.ContainsAnyExcept(OfDes)));
    }
}
