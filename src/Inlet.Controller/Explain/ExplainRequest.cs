using System.Buffers;
using System.Net;
using System.Text;

namespace Inlet.Controller;

/// <summary>The request to be explained, with its target as written: a library would tidy up the very thing in question.</summary>
public sealed record ExplainRequest
{
    private static readonly SearchValues<char> OfTargets = SearchValues.Create(
        "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    private static readonly SearchValues<char> OfTokens = SearchValues.Create("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");

    private ExplainRequest()
    {
    }

    public required string Method { get; init; }

    public required bool IsTls { get; init; }

    /// <summary>The Host field: with a port where the URL has one.</summary>
    public required string HostField { get; init; }

    public required string Host { get; init; }

    public required int Port { get; init; }

    /// <summary>From <c>/</c> on.</summary>
    public required string Target { get; init; }

    public required IReadOnlyList<(string Name, string Value)> Fields { get; init; }

    /// <summary>Whom the request comes from.</summary>
    public required IPAddress Client { get; init; }

    /// <param name="url">Of scheme http or https; without one, http.</param>
    /// <param name="fields">As <c>Name: value</c>.</param>
    /// <exception cref="ControllerException">Something of it is none; the message says what to write.</exception>
    public static ExplainRequest Parse(string method, string url, IEnumerable<string> fields, IPAddress client)
    {
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        var isTls = url.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        if (scheme >= 0 && !isTls && !url.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            throw new ControllerException($"{url}: write http://HOST/PATH or https://HOST/PATH");
        }

        var rest = scheme < 0 ? url : url[(scheme + 3)..];
        var slash = rest.AsSpan().IndexOfAny('/', '?');
        var authority = slash < 0 ? rest : rest[..slash];
        var target = slash < 0 ? "/" : rest[slash] == '?' ? $"/{rest[slash..]}" : rest[slash..];
        var fragment = target.IndexOf('#');
        target = fragment < 0 ? target : target[..fragment];
        if (method.Length == 0 || method.AsSpan().ContainsAnyExcept(OfTokens))
        {
            throw new ControllerException($"\"{method}\" is no method; write one such as GET");
        }

        if (authority.Length == 0 || authority.Contains('@') || authority.AsSpan().ContainsAnyExcept(OfTargets) || target.AsSpan().ContainsAnyExcept(OfTargets))
        {
            throw new ControllerException($"{url}: write a URL with a host, without spaces, user names and characters beyond ASCII (those as %XX)");
        }

        var (host, port) = Split(url, authority, isTls);
        return new ExplainRequest
        {
            Method = method,
            IsTls = isTls,
            HostField = authority,
            Host = host,
            Port = port,
            Target = target,
            Fields = [.. fields.Select(Field)],
            Client = client,
        };
    }

    /// <summary>As it goes over the wire.</summary>
    public byte[] ToBytes()
    {
        var text = new StringBuilder($"{Method} {Target} HTTP/1.1\r\nHost: {HostField}\r\n");
        foreach (var (name, value) in Fields)
        {
            text.Append($"{name}: {value}\r\n");
        }

        return Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }

    private static (string Host, int Port) Split(string url, string authority, bool isTls)
    {
        var colon = authority.LastIndexOf(':');
        if (colon < 0 || authority[^1] == ']')
        {
            return (authority, isTls ? 443 : 80);
        }

        return int.TryParse(authority.AsSpan(colon + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? (authority[..colon], port)
            : throw new ControllerException($"{url}: the port has to be a number from 1 to 65535");
    }

    private static (string Name, string Value) Field(string field)
    {
        var colon = field.IndexOf(':');
        var name = colon < 0 ? "" : field[..colon];
        var value = colon < 0 ? "" : field[(colon + 1)..].Trim();
        return name.Length > 0 && !name.AsSpan().ContainsAnyExcept(OfTokens) && !value.Any(static letter => letter is '\r' or '\n' or '\0' || letter > '\xff')
            ? (name, value)
            : throw new ControllerException($"\"{field}\" is no header; write Name: value");
    }
}
