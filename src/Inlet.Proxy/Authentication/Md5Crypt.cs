using System.Security.Cryptography;
using System.Text;

namespace Inlet.Proxy;

/// <summary>Apache's variant of MD5 crypt, htpasswd's default, which crypt(3) does not know.</summary>
internal static class Md5Crypt
{
    public const string Apache = "$apr1$";
    private const string Digits = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int Rounds = 1000;
    private const int LongestSalt = 8;

    /// <param name="setting">A hash, or what stands in front of its last part.</param>
    /// <returns>The password's hash with the same salt.</returns>
    public static string Hash(string setting, ReadOnlySpan<byte> password)
    {
        var end = setting.IndexOf('$', Apache.Length);
        var saltText = setting[Apache.Length..(end < 0 ? setting.Length : end)];
        saltText = saltText.Length > LongestSalt ? saltText[..LongestSalt] : saltText;
        var salt = Encoding.UTF8.GetBytes(saltText);
#pragma warning disable CA5351 // The format is what it is; whoever has a choice uses bcrypt.
        var final = First(password, salt);
        for (var round = 0; round < Rounds; round++)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
            hash.AppendData((round & 1) != 0 ? password : final);
            hash.AppendData(round % 3 != 0 ? salt : []);
            hash.AppendData(round % 7 != 0 ? password : []);
            hash.AppendData((round & 1) != 0 ? final : password);
            hash.GetHashAndReset(final);
        }
#pragma warning restore CA5351

        return $"{Apache}{saltText}${Text(final)}";
    }

    private static byte[] First(ReadOnlySpan<byte> password, byte[] salt)
    {
#pragma warning disable CA5351 // As above.
        byte[] both = [.. password, .. salt, .. password];
        var mixed = MD5.HashData(both);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        hash.AppendData(password);
        hash.AppendData(Encoding.ASCII.GetBytes(Apache));
        hash.AppendData(salt);
        for (var left = password.Length; left > 0; left -= mixed.Length)
        {
            hash.AppendData(mixed.AsSpan(0, Math.Min(left, mixed.Length)));
        }

        for (var bits = password.Length; bits != 0; bits >>= 1)
        {
            hash.AppendData((bits & 1) != 0 ? [0] : password[..1]);
        }

        return hash.GetHashAndReset();
#pragma warning restore CA5351
    }

    private static string Text(byte[] hash)
    {
        var text = new StringBuilder(22);
        for (var group = 0; group < 5; group++)
        {
            var last = group == 4 ? 5 : group + 12;
            Append(text, (hash[group] << 16) | (hash[group + 6] << 8) | hash[last], 4);
        }

        Append(text, hash[11], 2);
        return text.ToString();
    }

    private static void Append(StringBuilder text, int value, int digits)
    {
        for (; digits > 0; digits--, value >>= 6)
        {
            text.Append(Digits[value & 63]);
        }
    }
}
