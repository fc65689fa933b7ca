using Inlet.Http;
using Inlet.Model;
using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>Where routes send requests in place of an endpoint, and what path an endpoint gets in place of the request's.</summary>
internal sealed partial class EventLoop
{
    // Made when a route first rewrites; most loops never do.
    private byte[] _rewritten = [];

    /// <returns>Empty when the request names no host and one is needed.</returns>
    private ReadOnlySpan<byte> RedirectLocation(ClientConnection client, RedirectPolicy policy, ReadOnlySpan<byte> source)
    {
        var writer = new ByteWriter(_path);
        if (policy.KeepTarget)
        {
            AppendScheme(client, source, ref writer);
            AppendText(ref writer, policy.Location);
            AppendPort(source, ref writer);
            writer.Append(_request.Path(source));
            writer.Append(_request.Query(source));
        }
        else
        {
            if (policy.Location[0] == '/')
            {
                if (_request.Host(source).IsEmpty)
                {
                    return default;
                }

                if (!policy.Relative)
                {
                    AppendScheme(client, source, ref writer);
                    writer.Append(_request.HostField(source));
                }
            }

            AppendText(ref writer, policy.Location);
            writer.Append(policy.KeepQuery ? _request.Query(source) : default);
        }

        return writer.Overflowed ? default : _path.AsSpan(0, writer.Length);
    }

    private void AppendScheme(ClientConnection client, ReadOnlySpan<byte> source, ref ByteWriter writer)
    {
        var https = client.Tls || (client.TrustedPeer && _request.Block.Find(source, "X-Forwarded-Proto"u8).SequenceEqual("https"u8));
        writer.Append(https ? "https://"u8 : "http://"u8);
    }

    /// <summary>The port that the client's Host carried, so that a redirect stays on it.</summary>
    private void AppendPort(ReadOnlySpan<byte> source, ref ByteWriter writer)
    {
        var field = _request.HostField(source);
        var host = _request.Host(source).Length;
        if (host > 0 && host < field.Length && field[host] == ':')
        {
            writer.Append(field[host..]);
        }
    }

    /// <summary>The first half for a path as it is made, the second for its canonical form.</summary>
    private Span<byte> RewriteScratch()
    {
        if (_rewritten.Length == 0)
        {
            _rewritten = new byte[2 * _path.Length];
        }

        return _rewritten;
    }

    /// <returns>False when what comes out is no path.</returns>
    private bool TryRewrite(CompiledRewrite rewrite, ref ReadOnlySpan<byte> path)
    {
        var scratch = RewriteScratch();
        var made = rewrite.Write(path, scratch[.._path.Length]);
        // Once more: a capture may begin in the middle of an element, and "a..", cut behind its a, climbs.
        if (made < 0 || !PathCanonicalizer.TryCanonicalize(scratch[..made], scratch[_path.Length..], out var written))
        {
            return false;
        }

        path = scratch.Slice(_path.Length, written);
        return true;
    }
}
