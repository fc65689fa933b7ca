using System.Text;
using Inlet.Http;

namespace Inlet.Proxy;

/// <summary>Asking a route's external service about a request, with its head and no body.</summary>
internal sealed partial class EventLoop
{
    private static readonly TimeSpan ServiceReadTimeout = TimeSpan.FromSeconds(60);

    private readonly ExpiringMap<ServiceAnswer> _serviceAnswers = new();

    // Made when a route first asks a service.
    private byte[] _serviceScratch = [];

    private byte[] ServiceScratch() => _serviceScratch.Length > 0 ? _serviceScratch : _serviceScratch = new byte[LongestServiceHead];

    private Failure AskService(ClientConnection client, AuthenticationService service, ReadOnlySpan<byte> source, ReadOnlySpan<byte> path)
    {
        UInt128? cacheName = service.CacheKey is { } key ? CacheName(service, key, Facts(client, source, path)) : null;
        if (cacheName is { } name && _serviceAnswers.TryFind(name, _now, out var known))
        {
            client.ServiceAnswer = known;
            return known!.Verdict;
        }

        var scratch = ServiceScratch();
        if (!TryUrl(service.Url, Facts(client, source, path), scratch, out var length, out var authority, out var target, out var tls)
            || _shared.Services.Find(Encoding.ASCII.GetString(scratch.AsSpan()[authority]), tls) is not { } place)
        {
            return Failure.AuthenticationUnavailable;
        }

        var generation = client.Generation;
        if (place.NeedsLookup(_now, () => Post(() => WakeAfterLookup(client, generation))))
        {
            return Failure.Pending;
        }

        var writer = new ByteWriter(scratch.AsSpan(length));
        WriteServiceRequest(client, service, source, scratch.AsSpan()[authority], scratch.AsSpan()[target], ref writer);
        if (writer.Overflowed)
        {
            return Failure.AuthenticationUnavailable;
        }

        var exchange = new ServiceExchange
        {
            Target = place,
            ToHead = service.IsHead,
            ReadTimeout = ServiceReadTimeout,
            Authentication = service,
            CacheName = cacheName,
            Client = client,
            Generation = generation,
        };
        return StartService(exchange, scratch.AsSpan(length, writer.Length)) ? Failure.Pending : Failure.AuthenticationUnavailable;
    }

    private UInt128 CacheName(AuthenticationService service, RequestTemplate key, in TemplateFacts facts)
    {
        var writer = new ByteWriter(ServiceScratch());
        key.Write(facts, forUrl: false, ref writer);
        // Too long to compare whole: then it is nobody else's.
        return service.NameOf(writer.Overflowed ? facts.Client.RequestId : _serviceScratch.AsSpan(0, writer.Length));
    }

    private void WakeAfterLookup(ClientConnection client, uint generation)
    {
        if (IsWaiting(client, generation))
        {
            client.Woken = true;
            TurnLater(client);
        }
    }

    /// <summary>A URL made for this request, taken apart. Nothing in it may end a line or a word of a request line.</summary>
    private static bool TryUrl(
        RequestTemplate template, in TemplateFacts facts, Span<byte> scratch, out int length, out Range authority, out Range target, out bool tls)
    {
        authority = target = default;
        tls = false;
        var writer = new ByteWriter(scratch);
        template.Write(facts, forUrl: true, ref writer);
        length = writer.Length;
        var url = scratch[..length];
        var start = url.StartsWith("https://"u8) ? 8 : url.StartsWith("http://"u8) ? 7 : -1;
        if (writer.Overflowed || start < 0)
        {
            return false;
        }

        tls = start == 8;
        var end = url[start..].IndexOfAny((byte)'/', (byte)'?');
        end = end < 0 ? length : start + end;
        authority = start..end;
        target = end..length;
        return end > start;
    }

    private void WriteServiceRequest(
        ClientConnection client, AuthenticationService service, ReadOnlySpan<byte> source, ReadOnlySpan<byte> authority, ReadOnlySpan<byte> target, ref ByteWriter writer)
    {
        var requestTarget = source.Slice(_request.PathStart, _request.PathLength + _request.QueryLength);
        var https = Facts(client, source, default).Https;
        writer.Append(service.Method);
        writer.Append(target is [(byte)'/', ..] ? " "u8 : " /"u8);
        writer.Append(target);
        writer.AppendField(" HTTP/1.1\r\nHost: "u8, authority);
        writer.Append(https ? "X-Original-URL: https://"u8 : "X-Original-URL: http://"u8);
        writer.Append(_request.HostField(source));
        writer.AppendField(""u8, requestTarget);
        writer.AppendField("X-Original-Method: "u8, source[.._request.MethodLength]);
        if (service.Policy.Method is not null)
        {
            writer.AppendField("X-Original-URI: "u8, requestTarget);
            writer.AppendField("X-Scheme: "u8, https ? "https"u8 : "http"u8);
        }

        writer.AppendField("X-Auth-Request-Redirect: "u8, service.RequestRedirect.Length > 0 ? service.RequestRedirect : requestTarget);
        writer.AppendField("X-Sent-From: "u8, "nginx-ingress-controller"u8);
        writer.AppendField("X-Real-IP: "u8, client.ClientText);
        writer.AppendField("X-Forwarded-For: "u8, client.ClientText);
        writer.AppendField("X-Request-ID: "u8, client.RequestId);
        CopyFieldsForService(client, service, source, ref writer);
        writer.Append(client.SendIdentity ? client.Identity!.Fields : default(ReadOnlySpan<byte>));
        writer.Append(service.RequestFields);
        writer.Append(service.Method is [(byte)'P', ..] ? "Content-Length: 0\r\n\r\n"u8 : "\r\n"u8);
    }

    /// <summary>The client's fields, but for those that speak of its connection, its body, or of what it could only pretend.</summary>
    private void CopyFieldsForService(ClientConnection client, AuthenticationService service, ReadOnlySpan<byte> source, ref ByteWriter writer)
    {
        foreach (ref readonly var field in _request.Block.Fields)
        {
            var passes = field.Kind is FieldKind.Other or FieldKind.Cookie
                || (client.TrustedPeer && field.Kind is FieldKind.XForwardedHost or FieldKind.XForwardedPort);
            if (passes && !field.Nominated && !service.ReplacedFields.Concerns(field.Name(source)))
            {
                writer.Append(source[field.NameStart..field.LineEnd]);
            }
        }
    }

    /// <param name="head">The bytes of <see cref="_serviceHead"/>.</param>
    private ServiceAnswer ReadAnswer(AuthenticationService service, ReadOnlySpan<byte> head)
    {
        var endpoint = new ByteWriter(_outgoing.AsSpan(0, LongestServiceHead));
        foreach (ref readonly var field in _serviceHead.Block.Fields)
        {
            if (field.Kind is FieldKind.Other or FieldKind.Cookie && service.AnswerFields.Concerns(field.Name(head)))
            {
                endpoint.Append(head[field.NameStart..field.LineEnd]);
            }
        }

        var fields = _outgoing.AsSpan(0, endpoint.Length).ToArray();
        return new ServiceAnswer
        {
            Status = _serviceHead.Status,
            EndpointFields = fields,
            Cookies = LinesOf("Set-Cookie"u8, head),
            Challenges = _serviceHead.Status == 401 ? LinesOf("WWW-Authenticate"u8, head) : [],
        };
    }

    private byte[] LinesOf(ReadOnlySpan<byte> name, ReadOnlySpan<byte> head)
    {
        var writer = new ByteWriter(_outgoing.AsSpan(0, LongestServiceHead));
        foreach (ref readonly var field in _serviceHead.Block.Fields)
        {
            if (Ascii.EqualsIgnoreCase(field.Name(head), name))
            {
                writer.Append(head[field.NameStart..field.LineEnd]);
            }
        }

        return _outgoing.AsSpan(0, writer.Length).ToArray();
    }

    /// <summary>Cookies of the service go with answers that are good, or with all where the route says so.</summary>
    private void AddServiceCookies(ClientConnection client, int status)
    {
        if (client.ServiceAnswer is { Cookies.Length: > 0 } answer
            && (status is 200 or 201 or 204 or 206 or 301 or 302 or 303 or 304 or 307 or 308 || client.Mechanisms!.Service!.Policy.AlwaysSetCookie))
        {
            AddToAnswer(client, answer.Cookies);
        }
    }
}
