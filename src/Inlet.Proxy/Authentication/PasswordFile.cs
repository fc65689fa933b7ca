using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>The users of one policy. Another version of the Secret makes another one, with another key: nothing it knew is believed any more.</summary>
internal sealed class PasswordFile
{
    private const int LongestCredentials = 1024;

    private readonly Dictionary<string, string> _hashes = [];
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public PasswordFile(BasicAuthenticationPolicy policy)
    {
        foreach (var (user, hash) in policy.Users)
        {
            _hashes.TryAdd(user, hash);
        }

        Challenge = Encoding.ASCII.GetBytes($"WWW-Authenticate: Basic realm=\"{policy.Realm}\"\r\n");
    }

    /// <summary>Whole field line.</summary>
    public byte[] Challenge { get; }

    /// <summary>
    /// Names credentials without keeping them: a keyed hash, so that whoever reads our memory dumps cannot try passwords on it, and
    /// nobody outside can choose two that meet.
    /// </summary>
    public UInt128 NameOf(ReadOnlySpan<byte> authorization)
    {
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(_key, authorization, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <param name="authorization">The value of Authorization.</param>
    /// <returns>The user's hash and the password; null for a value that names no user of ours.</returns>
    public (string Hash, byte[] Password)? Find(ReadOnlySpan<byte> authorization)
    {
        if (authorization.Length <= 6 || authorization.Length > LongestCredentials || !Ascii.EqualsIgnoreCase(authorization[..6], "Basic "u8))
        {
            return null;
        }

        Span<byte> decoded = stackalloc byte[LongestCredentials];
        if (Base64.DecodeFromUtf8(authorization[6..].Trim((byte)' '), decoded, out _, out var length) != System.Buffers.OperationStatus.Done)
        {
            return null;
        }

        var text = decoded[..length];
        var colon = text.IndexOf((byte)':');
        return colon > 0 && _hashes.TryGetValue(Encoding.UTF8.GetString(text[..colon]), out var hash) ? (hash, text[(colon + 1)..].ToArray()) : null;
    }
}
