using Inlet.Http;
using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>Who may pass: passwords and external services. A request waits without keeping its loop from others.</summary>
internal sealed partial class EventLoop
{
    /// <summary>The services' own timeouts end a wait long before; this one is for what nobody thought of.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan GoodPasswordTime = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan BadPasswordTime = TimeSpan.FromSeconds(5);

    // Credentials that were checked, and whether they were good.
    private readonly ExpiringMap<bool> _passwords = new();

    // Whoever waits for the same credentials waits together: a browser's six connections cost one check.
    private readonly Dictionary<UInt128, List<(ClientConnection Client, uint Generation)>> _passwordWaiters = [];

    /// <summary>Takes the steps that are left, and then sends the request on its way.</summary>
    private bool Authenticate(ClientConnection client, CompiledRoute route, PublishedState published, Span<byte> buffer, int have, ReadOnlySpan<byte> path)
    {
        if (client.Mechanisms is not { Authenticates: true } mechanisms || (mechanisms.AnyIsEnough && mechanisms.HasAccessLists && !client.AddressDenied))
        {
            return ChooseAndForward(client, route, buffer, have, path);
        }

        var source = buffer[..have];
        if (client.Step == AuthenticationStep.Password && HasNobodyBehind(route))
        {
            // Nobody need be asked about a request that goes nowhere.
            return AnswerEarly(client, source, Failure.NoEndpoints);
        }

        while (client.Step < AuthenticationStep.Done)
        {
            var verdict = client.Verdict ?? TakeStep(client, mechanisms, source, path);
            client.Verdict = null;
            if (verdict == Failure.Pending)
            {
                return WaitForVerdict(client, route, published, source);
            }

            var step = client.Step++;
            var isLast = client.Step == AuthenticationStep.Done || (client.Step == AuthenticationStep.Service && mechanisms.Service is null);
            if (verdict == Failure.None ? mechanisms.AnyIsEnough && HasStep(mechanisms, step) : mechanisms.AnyIsEnough && !isLast)
            {
                client.Step = verdict == Failure.None ? AuthenticationStep.Done : client.Step;
                continue;
            }

            if (verdict != Failure.None)
            {
                return AnswerEarly(client, source, Refuse(client, mechanisms, verdict, source, path));
            }
        }

        return ChooseAndForward(client, route, buffer, have, path);
    }

    private bool HasNobodyBehind(CompiledRoute route) => route.Split.Canaries.Length == 0 && route.ErrorBackend < 0
        && (route.Split.PrimaryBackend < 0 || !_backends.HasReady(route.Split.PrimaryBackend));

    private static bool HasStep(RouteMechanisms mechanisms, AuthenticationStep step) =>
        step == AuthenticationStep.Password ? mechanisms.Passwords is not null : mechanisms.Service is not null;

    private Failure TakeStep(ClientConnection client, RouteMechanisms mechanisms, ReadOnlySpan<byte> source, ReadOnlySpan<byte> path)
    {
        if (client.Step == AuthenticationStep.Password)
        {
            return mechanisms.Passwords is { } file ? CheckPassword(client, file, source)
                // Nobody is asked for one: with any other way in that must not count as one.
                : mechanisms.AnyIsEnough ? Failure.NotAuthenticated : Failure.None;
        }

        return mechanisms.Service is { } service ? AskService(client, service, source, path) : Failure.None;
    }

    private Failure CheckPassword(ClientConnection client, PasswordFile file, ReadOnlySpan<byte> source)
    {
        var authorization = _request.Block.Find(source, "Authorization"u8);
        if (authorization.IsEmpty)
        {
            return Failure.NotAuthenticated;
        }

        var name = file.NameOf(authorization);
        if (_passwords.TryFind(name, _now, out var known))
        {
            return known ? Failure.None : Failure.NotAuthenticated;
        }

        if (file.Find(authorization) is not { } credentials)
        {
            return Failure.NotAuthenticated;
        }

        if (!PasswordHash.IsSlow(credentials.Hash))
        {
            var good = PasswordHash.Verify(credentials.Hash, credentials.Password);
            NotePassword(name, good);
            return good ? Failure.None : Failure.NotAuthenticated;
        }

        if (_passwordWaiters.TryGetValue(name, out var waiters))
        {
            waiters.Add((client, client.Generation));
            return Failure.Pending;
        }

        if (!_shared.PasswordChecks.TryStart(credentials.Hash, credentials.Password, good => Post(() => PasswordChecked(name, good))))
        {
            return Failure.AuthenticationBusy;
        }

        _passwordWaiters[name] = [(client, client.Generation)];
        return Failure.Pending;
    }

    private void PasswordChecked(UInt128 name, bool good)
    {
        NotePassword(name, good);
        if (!_passwordWaiters.Remove(name, out var waiters))
        {
            return;
        }

        foreach (var (client, generation) in waiters)
        {
            if (IsWaiting(client, generation))
            {
                client.Verdict = good ? Failure.None : Failure.NotAuthenticated;
                client.Woken = true;
                TurnLater(client);
            }
        }
    }

    private void NotePassword(UInt128 name, bool good) => _passwords.Note(name, good, good ? GoodPasswordTime : BadPasswordTime, _now);

    /// <summary>Keeps the head, and what came behind it, until there is news.</summary>
    private bool WaitForVerdict(ClientConnection client, CompiledRoute route, PublishedState published, ReadOnlySpan<byte> source)
    {
        client.Route = route;
        client.Published = published;
        client.Phase = ClientPhase.Waiting;
        Save(client, source);
        SetDeadline(client, LongestWait);
        return false;
    }

    /// <summary>Goes on where <see cref="WaitForVerdict"/> stopped, with the same table.</summary>
    private bool Resume(ClientConnection client)
    {
        if (!client.Woken)
        {
            return false;
        }

        client.Woken = false;
        client.Phase = ClientPhase.Head;
        var buffer = _scratch.AsSpan(Headroom, ReadBytes);
        var have = client.InLength;
        client.In.AsSpan(0, have).CopyTo(buffer);
        var source = buffer[..have];
        if (RequestHeadParser.Parse(source, _request, _options.MaxRequestLineBytes, _options.MaxRequestHeadBytes, out _) != ParseStatus.Complete
            || !TryPath(source, out var path))
        {
            return Answer(client, Failure.BadRequest);
        }

        return Authenticate(client, client.Route!, client.Published!, buffer, have, path);
    }

    /// <summary>Adds to the answer what goes with a refusal.</summary>
    private Failure Refuse(ClientConnection client, RouteMechanisms mechanisms, Failure failure, ReadOnlySpan<byte> source, ReadOnlySpan<byte> path)
    {
        if (client.ServiceAnswer is { } answer)
        {
            AddToAnswer(client, answer.Challenges);
        }

        if (failure != Failure.NotAuthenticated)
        {
            return failure;
        }

        if (mechanisms.Service is { SignIn: not null } service && TryAddSignIn(client, service, source, path))
        {
            return Failure.SignIn;
        }

        if (mechanisms.Passwords is { } file)
        {
            AddToAnswer(client, file.Challenge);
        }

        return failure;
    }

    private bool TryAddSignIn(ClientConnection client, AuthenticationService service, ReadOnlySpan<byte> source, ReadOnlySpan<byte> path)
    {
        var facts = Facts(client, source, path);
        var writer = new ByteWriter(ServiceScratch());
        writer.Append("Location: "u8);
        service.SignIn!.Write(facts, forUrl: true, ref writer);
        if (!service.Policy.SignInHasRedirect)
        {
            writer.Append(_serviceScratch.AsSpan(0, writer.Length).Contains((byte)'?') ? "&"u8 : "?"u8);
            writer.Append(service.SignInParameter);
            writer.Append(facts.Https ? "=https://"u8 : "=http://"u8);
            writer.Append(_request.HostField(source));
            PercentEncoding.AppendComponent(source.Slice(_request.PathStart, _request.PathLength + _request.QueryLength), ref writer);
        }

        writer.Append("\r\n"u8);
        if (writer.Overflowed)
        {
            return false;
        }

        AddToAnswer(client, _serviceScratch.AsSpan(0, writer.Length));
        return true;
    }

    private TemplateFacts Facts(ClientConnection client, ReadOnlySpan<byte> source, ReadOnlySpan<byte> path) => new()
    {
        Client = client,
        Head = _request,
        Source = source,
        Path = path,
        Https = client.Tls || (client.TrustedPeer && _request.Block.Find(source, "X-Forwarded-Proto"u8).SequenceEqual("https"u8)),
    };
}
