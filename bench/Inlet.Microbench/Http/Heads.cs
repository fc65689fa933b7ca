namespace Inlet.Microbench.Http;

/// <summary>Heads as they come in the wild.</summary>
internal static class Heads
{
    public static byte[] Short { get; } = "GET /api/1k HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray();

    public static byte[] Browser { get; } =
        """
        GET /catalogue/shoes?size=42&colour=blue HTTP/1.1
        Host: www.shop.example.com
        User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36
        Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8
        Accept-Language: en-GB,en;q=0.9,de;q=0.8
        Accept-Encoding: gzip, deflate, br, zstd
        Cookie: session=5f2b8c1e9a; theme=dark; _ga=GA1.1.123456789.1700000000
        Referer: https://www.shop.example.com/catalogue
        Cache-Control: no-cache
        Connection: keep-alive
        Upgrade-Insecure-Requests: 1
        Sec-Fetch-Dest: document
        Sec-Fetch-Mode: navigate
        Sec-Fetch-Site: same-origin


        """u8.ToArray().WithLineEnds();

    public static byte[] BehindProxies { get; } =
        """
        POST /v1/orders HTTP/1.1
        Host: api.shop.example.com
        User-Agent: okhttp/4.12.0
        Content-Type: application/json
        Content-Length: 2048
        Authorization: Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U
        X-Forwarded-For: 203.0.113.7, 198.51.100.2
        X-Forwarded-Proto: https
        X-Forwarded-Host: api.shop.example.com
        X-Request-ID: 0af7651916cd43dd8448eb211c80319c
        Connection: keep-alive, X-Trace-Me
        X-Trace-Me: yes


        """u8.ToArray().WithLineEnds();

    public static byte[] Response { get; } =
        """
        HTTP/1.1 200 OK
        Date: Tue, 24 Nov 2026 12:00:00 GMT
        Server: app/1.2
        Content-Type: application/json; charset=utf-8
        Content-Length: 1024
        Cache-Control: private, max-age=0
        Set-Cookie: session=5f2b8c1e9a; Path=/; HttpOnly; Secure; SameSite=Lax
        Vary: Accept-Encoding
        Connection: keep-alive
        Keep-Alive: timeout=5


        """u8.ToArray().WithLineEnds();

    /// <summary>The wire's line ends for the source file's.</summary>
    private static byte[] WithLineEnds(this byte[] text) =>
        [.. text.SelectMany(static one => one == (byte)'\n' ? "\r\n"u8.ToArray() : [one])];
}
