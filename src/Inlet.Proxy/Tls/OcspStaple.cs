namespace Inlet.Proxy;

/// <summary>An OCSP response that says a certificate is good, as its authority signed it, until it is out of date.</summary>
internal sealed unsafe class OcspStaple
{
    private readonly byte[] _der;

    private OcspStaple(byte[] der, DateTimeOffset from, DateTimeOffset until)
    {
        _der = der;
        From = from;
        Until = until;
    }

    public DateTimeOffset From { get; }

    /// <summary>Clients refuse it from then on (RFC 6960 §4.2.2.1).</summary>
    public DateTimeOffset Until { get; }

    /// <param name="leaf">The certificate it has to be about.</param>
    /// <exception cref="FormatException">It is no such response; the message says why.</exception>
    public static OcspStaple Parse(string base64, nint leaf)
    {
        byte[] der;
        try
        {
            der = Convert.FromBase64String(base64);
        }
        catch (FormatException error)
        {
            throw new FormatException("the OCSP response is not base64", error);
        }

        fixed (byte* start = der)
        {
            var at = start;
            var response = OpenSsl.d2i_OCSP_RESPONSE(null, &at, der.Length);
            try
            {
                return Read(response, der, leaf);
            }
            finally
            {
                OpenSsl.OCSP_RESPONSE_free(response);
                OpenSsl.ERR_clear_error();
            }
        }
    }

    /// <summary>Gives a handshake a copy.</summary>
    public bool Give(nint ssl)
    {
        // OpenSSL frees it with the connection, so it must come from OpenSSL.
        var copy = OpenSsl.CRYPTO_malloc(_der.Length, null, 0);
        if (copy == 0)
        {
            return false;
        }

        _der.CopyTo(new Span<byte>((void*)copy, _der.Length));
        return OpenSsl.SSL_ctrl(ssl, OpenSsl.ControlSetOcspResponse, _der.Length, (void*)copy) == 1;
    }

    private static OcspStaple Read(nint response, byte[] der, nint leaf)
    {
        if (response == 0 || OpenSsl.OCSP_response_status(response) != 0)
        {
            throw new FormatException("the OCSP response is not DER, or tells of no success");
        }

        var basic = OpenSsl.OCSP_response_get1_basic(response);
        try
        {
            var single = basic == 0 ? 0 : OpenSsl.OCSP_resp_get0(basic, 0);
            if (single == 0 || !IsAbout(single, leaf))
            {
                throw new FormatException("the OCSP response is about another certificate");
            }

            nint from = 0, until = 0;
            if (OpenSsl.OCSP_single_get0_status(single, null, null, &from, &until) != 0)
            {
                throw new FormatException("the OCSP response does not say that the certificate is good");
            }

            return new OcspStaple(der, Time(from) ?? DateTimeOffset.MinValue, Time(until) ?? throw new FormatException("the OCSP response names no next update"));
        }
        finally
        {
            OpenSsl.OCSP_BASICRESP_free(basic);
        }
    }

    /// <summary>By its serial number: one authority signs response and certificate, and clients verify that.</summary>
    private static bool IsAbout(nint single, nint leaf)
    {
        nint serial = 0;
        return OpenSsl.OCSP_id_get0_info(null, null, null, &serial, OpenSsl.OCSP_SINGLERESP_get0_id(single)) == 1
            && OpenSsl.ASN1_INTEGER_cmp(serial, OpenSsl.X509_get0_serialNumber(leaf)) == 0;
    }

    private static DateTimeOffset? Time(nint time)
    {
        // struct tm: seconds, minutes, hours, day, month from 0, years since 1900, and what is not needed here.
        var broken = stackalloc int[16];
        return time != 0 && OpenSsl.ASN1_TIME_to_tm(time, broken) == 1
            ? new DateTimeOffset(broken[5] + 1900, broken[4] + 1, broken[3], broken[2], broken[1], broken[0], TimeSpan.Zero) : null;
    }
}
