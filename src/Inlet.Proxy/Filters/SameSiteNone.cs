namespace Inlet.Proxy;

/// <summary>Browsers that take <c>SameSite=None</c>, which they do not know, for Strict, or drop the cookie (chromium.org, "SameSite=None: Known Incompatible Clients").</summary>
internal static class SameSiteNone
{
    public static bool IsMisunderstoodBy(ReadOnlySpan<byte> userAgent)
    {
        if (userAgent.IndexOf("iPhone OS 12_"u8) >= 0 || userAgent.IndexOf("CPU OS 12_"u8) >= 0)
        {
            return true;
        }

        if (userAgent.IndexOf("Mac OS X 10_14"u8) >= 0 && userAgent.IndexOf("Version/"u8) >= 0 && userAgent.IndexOf("Safari/"u8) >= 0)
        {
            return true;
        }

        var chrome = userAgent.IndexOf("Chrome/"u8);
        if (chrome < 0 || userAgent.Length < chrome + 10)
        {
            return false;
        }

        var version = userAgent.Slice(chrome + 7, 3);
        return version[0] is >= (byte)'4' and <= (byte)'6' && version[1] is >= (byte)'0' and <= (byte)'9' && version[2] == '.';
    }
}
