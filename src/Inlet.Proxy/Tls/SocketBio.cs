using System.Runtime.InteropServices;

namespace Inlet.Proxy;

/// <summary>
/// OpenSSL's way to a socket, ours instead of its <c>BIO_s_socket</c>, for one thing that one does not tell: whether a read took all the
/// socket had. Without it the loop has to ask again after each record, and pays a system call for each request to hear "nothing".
/// </summary>
/// <remarks>
/// What OpenSSL calls here is managed code, so that whatever leads here (SSL_read, SSL_write, SSL_do_handshake, SSL_shutdown)
/// must not skip the GC transition.
/// </remarks>
internal static unsafe class SocketBio
{
    private const int SourceSink = 0x400;
    private const int FlagsRetry = 0x0f;
    private const int FlagRead = 1;
    private const int FlagWrite = 2;
    private const int FlagShouldRetry = 8;
    private const int FlagEnd = 0x800;
    private const int ControlEnd = 2;
    private const int ControlFlush = 11;

    private static readonly nint s_method = CreateMethod();

    [ThreadStatic]
    private static bool t_emptied;

    /// <summary>Gives the connection its socket, in both directions.</summary>
    /// <returns>False when OpenSSL has no memory for it.</returns>
    public static bool Attach(nint ssl, int fd)
    {
        var bio = OpenSsl.BIO_new(s_method);
        if (bio == 0)
        {
            return false;
        }

        OpenSsl.BIO_set_data(bio, fd);
        OpenSsl.BIO_set_init(bio, 1);
        OpenSsl.SSL_set_bio(ssl, bio, bio);
        return true;
    }

    /// <summary>Reads as SSL_read does.</summary>
    /// <param name="emptied">
    /// The last thing read from the socket was less than was asked for: there was no more. False also where nobody can know,
    /// such as when the rest of a record was asked for to the byte.
    /// </param>
    public static int Read(nint ssl, byte* buffer, int length, out bool emptied)
    {
        t_emptied = false;
        var count = OpenSsl.SSL_read(ssl, buffer, length);
        emptied = t_emptied;
        return count;
    }

    private static nint CreateMethod()
    {
        var name = stackalloc byte[] { (byte)'l', (byte)'o', (byte)'o', (byte)'p', 0 };
        var method = OpenSsl.BIO_meth_new(OpenSsl.BIO_get_new_index() | SourceSink, name);
        if (method == 0)
        {
            throw new InvalidOperationException($"OpenSSL made no BIO method: {OpenSsl.TakeError()}");
        }

        _ = OpenSsl.BIO_meth_set_read(method, &OnRead);
        _ = OpenSsl.BIO_meth_set_write(method, &OnWrite);
        _ = OpenSsl.BIO_meth_set_ctrl(method, &OnControl);
        return method;
    }

    [UnmanagedCallersOnly]
    private static int OnRead(nint bio, byte* buffer, int length)
    {
        var count = (int)Libc.recv((int)OpenSsl.BIO_get_data(bio), buffer, length, 0);
        if (count > 0)
        {
            // The flags of an earlier attempt stay: OpenSSL looks at them only where one failed.
            t_emptied = count < length;
            return count;
        }

        Explain(bio, count, FlagRead);
        return count;
    }

    [UnmanagedCallersOnly]
    private static int OnWrite(nint bio, byte* buffer, int length)
    {
        var count = (int)Libc.send((int)OpenSsl.BIO_get_data(bio), buffer, length, Libc.NoSignal);
        if (count <= 0)
        {
            Explain(bio, count, FlagWrite);
        }

        return count;
    }

    private static void Explain(nint bio, int count, int direction)
    {
        var again = count < 0 && Libc.LastError is Libc.Again or Libc.Interrupted;
        OpenSsl.BIO_clear_flags(bio, FlagsRetry);
        OpenSsl.BIO_set_flags(bio, again ? direction | FlagShouldRetry : count == 0 && direction == FlagRead ? FlagEnd : 0);
    }

    [UnmanagedCallersOnly]
    private static nint OnControl(nint bio, int command, nint number, void* pointer) => command switch
    {
        // What is written is on its way: nothing is kept here.
        ControlFlush => 1,
        ControlEnd => OpenSsl.BIO_test_flags(bio, FlagEnd) == 0 ? 0 : 1,
        _ => 0,
    };
}
