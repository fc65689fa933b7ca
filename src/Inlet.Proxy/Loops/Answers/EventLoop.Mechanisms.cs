using Inlet.Http;
using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>What a route adds to the heads that pass: fields of its own for the client and for the endpoint.</summary>
internal sealed partial class EventLoop
{
    // Fields for the endpoint, made while its head is; made when a route first needs it.
    private byte[] _requestFields = [];

    /// <summary>
    /// Notes what the answer will get, whoever makes it. Before every check, so that errors get it too.
    /// </summary>
    /// <returns>A preflight request is answered at once: it carries nothing that a later check could judge.</returns>
    private Failure BeginMechanisms(ClientConnection client, CompiledRoute route, RoutingTable table, ReadOnlySpan<byte> source)
    {
        var mechanisms = client.Mechanisms = RouteMechanisms.Of(route);
        client.AnswerFilter = mechanisms.AnswerFilter;
        if (mechanisms.AnswerFields.Length > 0)
        {
            AddToAnswer(client, mechanisms.AnswerFields);
        }

        if (mechanisms.ErrorPages is { ReplacesAny: true } pages)
        {
            PrepareErrorPage(client, pages, route.ErrorBackend >= 0 ? route.ErrorBackend : table.DefaultBackend, source);
        }

        if (mechanisms.Cors is not { } cors)
        {
            return Failure.None;
        }

        var origin = _request.Block.Find(source, "Origin"u8);
        if (!cors.Allows(origin))
        {
            return Failure.None;
        }

        client.AnswerFilter = mechanisms.CorsAnswerFilter;
        if (!cors.AllowsAll)
        {
            AddToAnswer(client, "Access-Control-Allow-Origin: "u8);
            AddToAnswer(client, origin);
            // A cache must not give one origin's answer to another.
            AddToAnswer(client, "\r\nVary: Origin\r\n"u8);
        }

        AddToAnswer(client, cors.Fields);
        return _request.Method == RequestMethod.Options ? Failure.Preflight : Failure.None;
    }

    /// <summary>Appends to the field lines of the answer to come. Kept in a buffer of the request's, which ends with it.</summary>
    private void AddToAnswer(ClientConnection client, ReadOnlySpan<byte> bytes)
    {
        var needed = client.AddedLength + bytes.Length;
        if (client.Added is null || needed > client.Added.Length)
        {
            var larger = _buffers.Rent(needed);
            client.Added?.AsSpan(0, client.AddedLength).CopyTo(larger);
            ReturnBuffer(ref client.Added);
            client.Added = larger;
        }

        bytes.CopyTo(client.Added.AsSpan(client.AddedLength));
        client.AddedLength = needed;
    }

    /// <summary>The field lines that the endpoint gets from us besides those of forwarding. Before the path is rewritten.</summary>
    private ReadOnlySpan<byte> FieldsForEndpoint(ClientConnection client, CompiledRoute route, ReadOnlySpan<byte> path)
    {
        var identity = client.SendIdentity ? client.Identity!.Fields : default(ReadOnlySpan<byte>);
        if (client.Mechanisms is not { } mechanisms)
        {
            return identity;
        }

        _requestFields = _requestFields.Length > 0 ? _requestFields : new byte[56 * 1024];
        var writer = new ByteWriter(_requestFields);
        writer.Append(identity);
        writer.Append(client.WantsUpgrade ? default : mechanisms.RequestFields);
        writer.Append(client.ServiceAnswer?.EndpointFields);

        if (route.ForwardedPrefix is { } prefix)
        {
            var scratch = RewriteScratch()[.._path.Length];
            if (prefix.Write(path, scratch) is > 0 and var length)
            {
                writer.AppendField("X-Forwarded-Prefix: "u8, scratch[..length]);
            }
        }

        return writer.Overflowed ? identity : _requestFields.AsSpan(0, writer.Length);
    }
}
