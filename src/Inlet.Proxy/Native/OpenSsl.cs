using System.Runtime.InteropServices;

namespace Inlet.Proxy;

/// <summary>
/// The part of OpenSSL 3 the loop uses. Only what is done within nanoseconds and never calls back skips the GC transition:
/// reading, writing and shaking hands end in <see cref="SocketBio"/>, which is managed code.
/// </summary>
internal static unsafe partial class OpenSsl
{
    public const int ErrorWantRead = 2;
    public const int ErrorWantWrite = 3;
    public const int ErrorZeroReturn = 6;

    public const int ControlMode = 33;
    public const int ControlReadAhead = 41;
    public const int ControlSessionCacheMode = 44;
    public const int ControlMinProtocol = 123;
    public const int ControlSetTicketKeys = 59;
    public const int ControlSetStatusCallback = 63;
    public const int ControlSetStatusArgument = 64;
    public const int ControlSetOcspResponse = 71;

    /// <summary>SSL_MODE_ENABLE_PARTIAL_WRITE | ACCEPT_MOVING_WRITE_BUFFER | RELEASE_BUFFERS.</summary>
    public const nint Mode = 1 | 2 | 0x10;

    /// <summary>X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL, as nginx has it.</summary>
    public const nuint CheckLists = 4 | 8;

    public const nint Tls12 = 0x0303;
    public const nint Tls13 = 0x0304;
    public const int ControlMaxProtocol = 124;

    /// <summary>SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN.</summary>
    public const int ShutDownBothWays = 3;

    /// <summary>SSL_OP_NO_COMPRESSION | CIPHER_SERVER_PREFERENCE | NO_RENEGOTIATION.</summary>
    public const ulong Options = (1UL << 17) | (1UL << 22) | (1UL << 30);

    /// <summary>SSL_OP_CIPHER_SERVER_PREFERENCE.</summary>
    public const ulong ServerPreference = 1UL << 22;

    /// <summary>SSL_OP_NO_TICKET.</summary>
    public const ulong NoTicket = 1UL << 14;

    private const string Ssl = "libssl.so.3";
    private const string Crypto = "libcrypto.so.3";

    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SSL_CTX_set_cipher_list(nint context, string list);

    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SSL_set_cipher_list(nint ssl, string list);

    [LibraryImport(Ssl)]
    public static partial ulong SSL_clear_options(nint ssl, ulong options);

    [LibraryImport(Crypto)]
    public static partial nint PEM_read_bio_X509_CRL(nint bio, nint* existing, nint passwordCallback, byte* password);

    [LibraryImport(Crypto)]
    public static partial int X509_STORE_add_crl(nint store, nint list);

    [LibraryImport(Crypto)]
    public static partial int X509_STORE_set_flags(nint store, nuint flags);

    [LibraryImport(Crypto)]
    public static partial void X509_CRL_free(nint list);

    [LibraryImport(Ssl)]
    public static partial nint TLS_server_method();

    [LibraryImport(Ssl)]
    public static partial nint SSL_CTX_new(nint method);

    [LibraryImport(Ssl)]
    public static partial nint TLS_client_method();

    [LibraryImport(Ssl)]
    public static partial void SSL_CTX_free(nint context);

    [LibraryImport(Ssl)]
    public static partial nint SSL_CTX_ctrl(nint context, int command, nint number, void* pointer);

    [LibraryImport(Ssl)]
    public static partial ulong SSL_CTX_set_options(nint context, ulong options);

    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_set_num_tickets(nint context, nint count);

    [LibraryImport(Ssl)]
    public static partial void SSL_CTX_set_cert_cb(nint context, delegate* unmanaged<nint, nint, int> callback, nint argument);

    [LibraryImport(Ssl)]
    public static partial void SSL_CTX_set_alpn_select_cb(
        nint context, delegate* unmanaged<nint, byte**, byte*, byte*, uint, nint, int> callback, nint argument);

    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_set_session_id_context(nint context, byte* id, uint length);

    [LibraryImport(Ssl)]
    public static partial void SSL_CTX_set1_cert_store(nint context, nint store);

    [LibraryImport(Ssl)]
    public static partial void SSL_CTX_set_verify(nint context, int mode, nint callback);

    [LibraryImport(Ssl)]
    public static partial void SSL_CTX_set_verify_depth(nint context, int depth);

    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_use_cert_and_key(nint context, nint certificate, nint key, nint chain, int @override);

    [LibraryImport(Ssl)]
    public static partial void SSL_set_verify(nint ssl, int mode, delegate* unmanaged<int, nint, int> callback);

    [LibraryImport(Ssl)]
    public static partial void SSL_set_verify_depth(nint ssl, int depth);

    [LibraryImport(Ssl)]
    public static partial nint SSL_ctrl(nint ssl, int command, nint number, void* pointer);

    [LibraryImport(Ssl)]
    public static partial void SSL_set_client_CA_list(nint ssl, nint names);

    [LibraryImport(Ssl)]
    public static partial nint SSL_dup_CA_list(nint names);

    [LibraryImport(Ssl)]
    public static partial ulong SSL_set_options(nint ssl, ulong options);

    [LibraryImport(Ssl)]
    public static partial int SSL_set_num_tickets(nint ssl, nint count);

    [LibraryImport(Ssl)]
    public static partial nint SSL_get1_peer_certificate(nint ssl);

    [LibraryImport(Ssl)]
    public static partial nint SSL_get_verify_result(nint ssl);

    [LibraryImport(Ssl)]
    public static partial void SSL_set_connect_state(nint ssl);

    [LibraryImport(Ssl)]
    public static partial int SSL_set1_host(nint ssl, byte* name);

    [LibraryImport(Ssl)]
    public static partial nint SSL_get0_param(nint ssl);

    [LibraryImport(Crypto)]
    public static partial int X509_VERIFY_PARAM_set1_ip_asc(nint parameters, byte* address);

    [LibraryImport(Crypto)]
    public static partial nint X509_STORE_new();

    [LibraryImport(Crypto)]
    public static partial void X509_STORE_free(nint store);

    [LibraryImport(Crypto)]
    public static partial int X509_STORE_add_cert(nint store, nint certificate);

    [LibraryImport(Crypto)]
    public static partial nint X509_get_subject_name(nint certificate);

    [LibraryImport(Crypto)]
    public static partial nint X509_get_issuer_name(nint certificate);

    [LibraryImport(Crypto)]
    public static partial nint X509_NAME_dup(nint name);

    [LibraryImport(Crypto)]
    public static partial void X509_NAME_free(nint name);

    [LibraryImport(Crypto)]
    public static partial int X509_NAME_print_ex(nint bio, nint name, int indent, nuint flags);

    [LibraryImport(Crypto)]
    public static partial nint X509_verify_cert_error_string(nint error);

    [LibraryImport(Crypto)]
    public static partial int i2d_X509(nint certificate, byte** destination);

    [LibraryImport(Crypto)]
    public static partial nint BIO_new(nint method);

    [LibraryImport(Crypto)]
    public static partial nint BIO_s_mem();

    [LibraryImport(Crypto)]
    public static partial int BIO_get_new_index();

    [LibraryImport(Crypto)]
    public static partial nint BIO_meth_new(int type, byte* name);

    [LibraryImport(Crypto)]
    public static partial int BIO_meth_set_read(nint method, delegate* unmanaged<nint, byte*, int, int> read);

    [LibraryImport(Crypto)]
    public static partial int BIO_meth_set_write(nint method, delegate* unmanaged<nint, byte*, int, int> write);

    [LibraryImport(Crypto)]
    public static partial int BIO_meth_set_ctrl(nint method, delegate* unmanaged<nint, int, nint, void*, nint> control);

    [LibraryImport(Crypto)]
    [SuppressGCTransition]
    public static partial void BIO_set_data(nint bio, nint data);

    [LibraryImport(Crypto)]
    [SuppressGCTransition]
    public static partial nint BIO_get_data(nint bio);

    [LibraryImport(Crypto)]
    [SuppressGCTransition]
    public static partial void BIO_set_init(nint bio, int init);

    [LibraryImport(Crypto)]
    [SuppressGCTransition]
    public static partial void BIO_set_flags(nint bio, int flags);

    [LibraryImport(Crypto)]
    [SuppressGCTransition]
    public static partial void BIO_clear_flags(nint bio, int flags);

    [LibraryImport(Crypto)]
    [SuppressGCTransition]
    public static partial int BIO_test_flags(nint bio, int flags);

    [LibraryImport(Crypto)]
    public static partial int BIO_read(nint bio, byte* buffer, int length);

    [LibraryImport(Ssl)]
    public static partial nint SSL_CTX_callback_ctrl(nint context, int command, delegate* unmanaged<nint, nint, int> callback);

    [LibraryImport(Ssl)]
    public static partial nint SSL_get_certificate(nint ssl);

    /// <summary>A reference of the caller's own.</summary>
    [LibraryImport(Ssl)]
    public static partial nint SSL_get1_session(nint ssl);

    [LibraryImport(Ssl)]
    public static partial int SSL_set_session(nint ssl, nint session);

    [LibraryImport(Ssl)]
    public static partial void SSL_set_shutdown(nint ssl, int mode);

    [LibraryImport(Ssl)]
    public static partial int SSL_session_reused(nint ssl);

    [LibraryImport(Ssl)]
    public static partial int SSL_SESSION_is_resumable(nint session);

    [LibraryImport(Ssl)]
    public static partial void SSL_SESSION_free(nint session);

    [LibraryImport(Crypto)]
    public static partial nint CRYPTO_malloc(nint length, byte* file, int line);

    [LibraryImport(Crypto)]
    public static partial nint d2i_OCSP_RESPONSE(nint* existing, byte** der, nint length);

    [LibraryImport(Crypto)]
    public static partial void OCSP_RESPONSE_free(nint response);

    [LibraryImport(Crypto)]
    public static partial int OCSP_response_status(nint response);

    [LibraryImport(Crypto)]
    public static partial nint OCSP_response_get1_basic(nint response);

    [LibraryImport(Crypto)]
    public static partial void OCSP_BASICRESP_free(nint basic);

    [LibraryImport(Crypto)]
    public static partial nint OCSP_resp_get0(nint basic, int index);

    [LibraryImport(Crypto)]
    public static partial int OCSP_single_get0_status(nint single, int* reason, nint* revoked, nint* thisUpdate, nint* nextUpdate);

    [LibraryImport(Crypto)]
    public static partial nint OCSP_SINGLERESP_get0_id(nint single);

    [LibraryImport(Crypto)]
    public static partial int OCSP_id_get0_info(nint* nameHash, nint* digest, nint* keyHash, nint* serial, nint id);

    [LibraryImport(Crypto)]
    public static partial int ASN1_INTEGER_cmp(nint one, nint other);

    [LibraryImport(Crypto)]
    public static partial nint X509_get0_serialNumber(nint certificate);

    [LibraryImport(Crypto)]
    public static partial int ASN1_TIME_to_tm(nint time, int* brokenDown);

    [LibraryImport(Ssl)]
    public static partial nint SSL_new(nint context);

    [LibraryImport(Ssl)]
    public static partial void SSL_free(nint ssl);

    /// <summary>Takes the one reference that the caller has when both are the same.</summary>
    [LibraryImport(Ssl)]
    public static partial void SSL_set_bio(nint ssl, nint readBio, nint writeBio);

    [LibraryImport(Ssl)]
    public static partial void SSL_set_accept_state(nint ssl);

    [LibraryImport(Ssl)]
    public static partial int SSL_do_handshake(nint ssl);

    [LibraryImport(Ssl)]
    public static partial int SSL_read(nint ssl, byte* buffer, int length);

    [LibraryImport(Ssl)]
    public static partial int SSL_write(nint ssl, byte* buffer, int length);

    /// <summary>1 when bytes have been read that nobody was given yet, decrypted or not.</summary>
    [LibraryImport(Ssl)]
    [SuppressGCTransition]
    public static partial int SSL_has_pending(nint ssl);

    [LibraryImport(Ssl)]
    [SuppressGCTransition]
    public static partial int SSL_get_error(nint ssl, int result);

    [LibraryImport(Ssl)]
    public static partial int SSL_shutdown(nint ssl);

    [LibraryImport(Ssl)]
    public static partial byte* SSL_get_servername(nint ssl, int type);

    /// <summary>Takes references of its own to everything given.</summary>
    [LibraryImport(Ssl)]
    public static partial int SSL_use_cert_and_key(nint ssl, nint certificate, nint key, nint chain, int @override);

    [LibraryImport(Crypto)]
    [SuppressGCTransition]
    public static partial void ERR_clear_error();

    [LibraryImport(Crypto)]
    public static partial nint ERR_get_error();

    [LibraryImport(Crypto)]
    public static partial void ERR_error_string_n(nint error, byte* buffer, nint length);

    [LibraryImport(Crypto)]
    public static partial nint BIO_new_mem_buf(byte* buffer, int length);

    [LibraryImport(Crypto)]
    public static partial int BIO_free(nint bio);

    [LibraryImport(Crypto)]
    public static partial nint PEM_read_bio_X509(nint bio, nint* existing, nint passwordCallback, byte* password);

    [LibraryImport(Crypto)]
    public static partial nint PEM_read_bio_PrivateKey(nint bio, nint* existing, nint passwordCallback, byte* password);

    [LibraryImport(Crypto)]
    public static partial void X509_free(nint certificate);

    [LibraryImport(Crypto)]
    public static partial int X509_check_private_key(nint certificate, nint key);

    [LibraryImport(Crypto)]
    public static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Crypto)]
    public static partial nint OPENSSL_sk_new_null();

    [LibraryImport(Crypto)]
    public static partial int OPENSSL_sk_push(nint stack, nint item);

    [LibraryImport(Crypto)]
    public static partial nint OPENSSL_sk_pop(nint stack);

    [LibraryImport(Crypto)]
    public static partial void OPENSSL_sk_free(nint stack);

    /// <summary>The oldest error of this thread's queue as text; empties the queue.</summary>
    public static string TakeError()
    {
        var error = ERR_get_error();
        ERR_clear_error();
        if (error == 0)
        {
            return "no further detail";
        }

        var buffer = stackalloc byte[256];
        ERR_error_string_n(error, buffer, 256);
        return Marshal.PtrToStringUTF8((nint)buffer) ?? "";
    }
}
