using Inlet.Http;
using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>Where a client connection is in its life.</summary>
internal enum ClientPhase : byte
{
    /// <summary>Before a trusted peer's PROXY protocol header has been read.</summary>
    Preamble,

    /// <summary>Before its handshake, whose server name may say that it is for an endpoint to make.</summary>
    Sniffing,

    Handshake,

    /// <summary>Between requests, or inside a request's head.</summary>
    Head,

    /// <summary>A request's head was read, and somebody else is asked whether it may go on; it is kept in <see cref="Connection.In"/>.</summary>
    Waiting,

    /// <summary>A request is with an upstream.</summary>
    Exchange,

    /// <summary>Upgraded: bytes both ways.</summary>
    Tunnel,

    /// <summary>The last answer is going out; what the client still sends is read and dropped, or the reset would destroy the answer.</summary>
    Closing,
}

/// <summary>What an exchange waits for; decides which timeout runs and what it answers.</summary>
internal enum WaitsFor : byte
{
    Connect,
    UpstreamWrite,
    UpstreamRead,

    /// <summary>The time at which more of the answer may go.</summary>
    Pace,
    ClientWrite,
    ClientBody,
}

/// <summary>A connection from a client, and the one request it is busy with.</summary>
internal sealed class ClientConnection : Connection
{
    public ClientPhase Phase;
    public bool TrustedPeer;

    /// <summary>The port the client connected to, as text.</summary>
    public byte[] Port = [];

    public bool Tls;
    public readonly byte[] Address = new byte[46];
    public int AddressLength;
    private readonly byte[] _client = new byte[46];
    private int _clientLength;

    /// <summary>Bytes of <see cref="Connection.In"/> already searched for the end of a head.</summary>
    public int HeadSeen;

    /// <summary>What its handshake told of the client; null where nothing was asked.</summary>
    public ClientIdentity? Identity;

    /// <summary>What its handshake asked of the client.</summary>
    public ClientCertificateCheck? Asked;

    public bool SendIdentity;

    /// <summary>What its route asks for besides forwarding; null where nothing.</summary>
    public RouteMechanisms? Mechanisms;

    /// <summary>Its place in <see cref="ConcurrencyTable"/>, to be given back; negative: none.</summary>
    public int LimitPlace = ConcurrencyTable.NotCounted;

    // While somebody is asked about it.
    public CompiledRoute? Route;
    public PublishedState? Published;
    public AuthenticationStep Step;
    public bool AddressDenied;

    /// <summary>There is news for <see cref="ClientPhase.Waiting"/>.</summary>
    public bool Woken;

    /// <summary>What the step under way found; null: it has to be taken, or taken again.</summary>
    public Failure? Verdict;

    /// <summary>What the external service said of the request.</summary>
    public ServiceAnswer? ServiceAnswer;

    /// <summary>The request for its error page, should it need one; until the request's end.</summary>
    public byte[]? ErrorRequest;
    public int ErrorRequestLength;
    public int ErrorBackend;

    /// <summary>An error page is what it waits for, or got.</summary>
    public bool ErrorPage;

    /// <summary>Its copy for the mirror, while its body is still coming.</summary>
    public byte[]? Copy;
    public int CopyLength;
    public ServiceTarget? CopyTarget;

    /// <summary>Whole field lines that the answer gets, whoever makes it; until the request's end.</summary>
    public byte[]? Added;
    public int AddedLength;

    /// <summary>Of the endpoint's answer; null lets every field pass.</summary>
    public IFieldFilter? AnswerFilter;

    public int RequestsSeen;

    // The account of the request in flight, or of the last one.
    public bool InRequest;
    public int Status;
    public Failure Failure;
    public HostCounters? Host;
    public long StartedAt;
    public long SentAt;

    /// <summary>From the request's sending to the head of its answer; -1 without one.</summary>
    public long UpstreamMicroseconds;

    public long AnswerBodyBytes;

    /// <summary>Who answers it, or would have; outlives <see cref="Upstream"/>.</summary>
    public EndpointState? Endpoint;

    public readonly byte[] RequestId = new byte[32];

    // Its trace, where requests are traced.
    public Inlet.Http.TraceParent Trace;
    public bool ContinuesTrace;

    /// <summary>Null for a request that is not recorded.</summary>
    public System.Diagnostics.Activity? Span;
    public byte[]? LogText;
    public int LogSplit;
    public int LogLength;

    // The request in flight.
    public UpstreamConnection? Upstream;
    public CompiledPolicies Policies = CompiledPolicies.Default;
    public ulong HashKey;
    public UpstreamTls? UpstreamTls;

    // Its affinity, where the route has one and the backend chosen takes part in it.
    public bool Sticky;

    /// <summary>The client brought <see cref="StickyKey"/>; otherwise it is new.</summary>
    public bool StickyKnown;
    public ulong StickyKey;

    /// <summary>The answer brings the client a cookie.</summary>
    public bool SetsSticky;
    public bool WithoutSameSite;
    public int Backend;
    public int Tries;
    public bool KeepAlive;
    public bool IsHttp10;
    public bool ToHead;
    public bool Idempotent;
    public bool WantsUpgrade;
    public bool RequestChunked;
    public long RequestLeft;
    public long RequestBytes;
    public bool RequestDone;
    public ChunkedDecoder RequestDecoder;

    /// <summary>What was sent on a pooled connection, until its first answer byte: to send it again if that one was stale.</summary>
    public byte[]? Replay;
    public int ReplayLength;

    // Its response.
    public bool ResponseStarted;
    public bool ResponseHeadDone;
    public BodyFraming ResponseFraming;
    public bool ResponseRechunked;
    public long ResponseLeft;
    public ChunkedDecoder ResponseDecoder;
    public WaitsFor WaitsFor;

    /// <summary>When its first byte went, in microseconds; 0 before.</summary>
    public long PacedSince;

    /// <summary>Of <see cref="PaceMark"/>: no count of bytes taken yet.</summary>
    public const long NotMeasured = -1;

    /// <summary>Bytes of the body that have bought time, or bytes of an answer acknowledged when last asked.</summary>
    public long PaceMark;

    public long PaceMarkedAt;

    /// <summary>What <see cref="ConnectionLimits"/> counted it as; 0 for nothing.</summary>
    public UInt128 CountedAs;

    // Tunnel and closing.
    public bool ClientEnded;
    public bool UpstreamEnded;
    public bool ShutDown;
    public int Discarded;

    /// <summary>Who is connected, or who the PROXY protocol header names.</summary>
    public ReadOnlySpan<byte> AddressText => Address.AsSpan(0, AddressLength);

    /// <summary>Who the request in flight comes from, when trusted peers vouch for another than <see cref="AddressText"/>.</summary>
    public ReadOnlySpan<byte> ClientText => _clientLength > 0 ? _client.AsSpan(0, _clientLength) : AddressText;

    public void SetClientText(ReadOnlySpan<byte> address)
    {
        if (address.TryCopyTo(_client))
        {
            _clientLength = address.Length;
        }
    }

    public void Reset(int fd, bool tls)
    {
        ResetConnection(fd);
        Tls = tls;
        Phase = tls ? ClientPhase.Handshake : ClientPhase.Head;
        HeadSeen = 0;
        Upstream = null;
        ClientEnded = UpstreamEnded = ShutDown = TrustedPeer = false;
        Discarded = RequestsSeen = 0;
        InRequest = false;
        Identity = null;
        Asked = null;
        CountedAs = 0;
    }

    public void BeginRequest(RequestHead head, long nowMicroseconds)
    {
        RequestsSeen++;
        _clientLength = 0;
        InRequest = true;
        StartedAt = nowMicroseconds;
        Status = 0;
        Failure = Failure.None;
        Host = null;
        UpstreamMicroseconds = -1;
        AnswerBodyBytes = 0;
        Endpoint = null;
        Backend = -1;
        Policies = CompiledPolicies.Default;
        UpstreamTls = null;
        SendIdentity = false;
        Mechanisms = null;
        AnswerFilter = null;
        Route = null;
        Published = null;
        Step = AuthenticationStep.Password;
        AddressDenied = Woken = false;
        Verdict = null;
        ServiceAnswer = null;
        ErrorPage = false;
        Sticky = StickyKnown = SetsSticky = WithoutSameSite = false;
        AddedLength = 0;
        Tries = 0;
        KeepAlive = head.KeepAlive;
        IsHttp10 = head.IsHttp10;
        ToHead = head.Method == RequestMethod.Head;
        Idempotent = head.IsIdempotent;
        WantsUpgrade = head.WantsUpgrade;
        RequestChunked = head.Block.Chunked;
        RequestLeft = Math.Max(0, head.Block.ContentLength);
        RequestDone = !head.HasBody;
        RequestBytes = 0;
        RequestDecoder = default;
        PacedSince = 0;
        ResponseStarted = ResponseHeadDone = ResponseRechunked = false;
        WaitsFor = WaitsFor.Connect;
        ResponseDecoder = default;
    }
}
