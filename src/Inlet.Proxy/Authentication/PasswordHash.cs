using System.Security.Cryptography;
using System.Text;

namespace Inlet.Proxy;

/// <summary>Passwords against the hashes that password files hold: crypt(3)'s formats and those of Apache and LDAP.</summary>
internal static class PasswordHash
{
    private const int Sha1Bytes = 20;

    /// <summary>Takes a millisecond or many: nothing for a loop's own thread.</summary>
    public static bool IsSlow(string hash) => hash.Length > 0 && hash[0] != '{';

    /// <summary>False also for a hash of no known format.</summary>
    public static bool Verify(string hash, ReadOnlySpan<byte> password)
    {
        if (hash.Length == 0 || password.Contains((byte)0))
        {
            return false;
        }

        if (After(hash, "{PLAIN}") is { } plain)
        {
            return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(plain), password);
        }

        if (After(hash, "{SHA}") is { } sha)
        {
            return VerifySha1(sha, password, salted: false);
        }

        if (After(hash, "{SSHA}") is { } salted)
        {
            return VerifySha1(salted, password, salted: true);
        }

        if (hash[0] == '{')
        {
            return false;
        }

        var made = hash.StartsWith(Md5Crypt.Apache, StringComparison.Ordinal) ? Md5Crypt.Hash(hash, password) : Crypt.Hash(hash, password);
        return made is not null && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(made), Encoding.UTF8.GetBytes(hash));
    }

    private static bool VerifySha1(string base64, ReadOnlySpan<byte> password, bool salted)
    {
        var stored = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, stored, out var length) || (salted ? length <= Sha1Bytes : length != Sha1Bytes))
        {
            return false;
        }

        byte[] text = [.. password, .. stored.AsSpan(Sha1Bytes..length)];
#pragma warning disable CA5350 // Apache's format is what it is; whoever has a choice uses bcrypt.
        return CryptographicOperations.FixedTimeEquals(SHA1.HashData(text), stored.AsSpan(0, Sha1Bytes));
#pragma warning restore CA5350
    }

    private static string? After(string hash, string prefix) => hash.StartsWith(prefix, StringComparison.Ordinal) ? hash[prefix.Length..] : null;
}
