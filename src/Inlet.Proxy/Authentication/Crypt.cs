using System.Runtime.InteropServices;
using System.Text;

namespace Inlet.Proxy;

/// <summary>crypt(3) of libxcrypt: bcrypt, SHA-256 and SHA-512 crypt, MD5 crypt, yescrypt, DES. May take a long time, as it should.</summary>
internal static unsafe partial class Crypt
{
    // sizeof(struct crypt_data), which the library promises not to change.
    private const int DataBytes = 32 * 1024;

    private static readonly bool Available = NativeLibrary.TryLoad("libcrypt.so.1", out var library) && NativeLibrary.TryGetExport(library, "crypt_rn", out _);

    /// <param name="setting">A hash: its head says how to make the password's.</param>
    /// <returns>Null when the format is unknown, or there is no such library.</returns>
    public static string? Hash(string setting, ReadOnlySpan<byte> password)
    {
        if (!Available)
        {
            return null;
        }

        byte[] phrase = [.. password, 0];
        byte[] text = [.. Encoding.UTF8.GetBytes(setting), 0];
        var data = NativeMemory.AllocZeroed(DataBytes);
        try
        {
            fixed (byte* phraseStart = phrase, textStart = text)
            {
                var made = crypt_rn(phraseStart, textStart, data, DataBytes);
                return made is null ? null : Marshal.PtrToStringUTF8((nint)made);
            }
        }
        finally
        {
            // It holds the password.
            new Span<byte>(data, DataBytes).Clear();
            NativeMemory.Free(data);
            phrase.AsSpan().Clear();
        }
    }

    [LibraryImport("libcrypt.so.1")]
    private static partial byte* crypt_rn(byte* phrase, byte* setting, void* data, int size);
}
