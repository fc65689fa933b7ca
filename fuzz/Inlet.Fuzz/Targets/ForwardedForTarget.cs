using System.Net;
using System.Text;
using Inlet.Http;
using static Inlet.Fuzz.FuzzTargets;

namespace Inlet.Fuzz;

/// <summary>Whatever a chain of proxies claims, the client found in it is an address.</summary>
internal static class ForwardedForTarget
{
    private static readonly AddressRanges Trusted = new([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8")]);

    public static void Run(byte[] input)
    {
        var request = (byte[])[.. "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: "u8, .. input, .. "\r\n\r\n"u8];
        var head = new RequestHead();
        if (RequestHeadParser.Parse(request, head, 1024, 8 * 1024, out _) != ParseStatus.Complete)
        {
            return;
        }

        for (var hops = 0; hops < 3; hops++)
        {
            var client = ForwardedFor.FindClient(head, request, Trusted, hops, "192.0.2.1"u8);
            Hold(AddressText.TryParse(client, out _), "an address");
            Hold(IPAddress.TryParse(Encoding.ASCII.GetString(client), out _), "an address to everybody");
        }
    }
}
