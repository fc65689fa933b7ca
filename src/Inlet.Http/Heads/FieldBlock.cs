using System.Text;

namespace Inlet.Http;

/// <summary>
/// The field lines of one message head and what they say about framing and the connection. Reused from message to message:
/// parsing allocates nothing.
/// </summary>
public sealed class FieldBlock
{
    /// <summary>More field lines than this are refused (RFC 9110 §5.4 leaves the limit to us).</summary>
    public const int MaxFields = 100;

    private readonly HeadField[] _fields = new HeadField[MaxFields];

    public int Count { get; private set; }

    public ReadOnlySpan<HeadField> Fields => _fields.AsSpan(0, Count);

    /// <summary>-1 when there is none.</summary>
    public long ContentLength { get; private set; }

    public bool Chunked { get; private set; }

    public bool ConnectionClose { get; private set; }

    public bool ConnectionKeepAlive { get; private set; }

    public bool ConnectionUpgrade { get; private set; }

    /// <summary>Index of the first field of the kind, or -1.</summary>
    public int HostIndex { get; private set; }

    public int UpgradeIndex { get; private set; }

    /// <summary>An Upgrade field offers HTTP itself, in any version or spelling (<c>h2c</c>, <c>HTTP/2.0</c>).</summary>
    public bool UpgradesToHttp2 { get; private set; }

    public int ExpectIndex { get; private set; }

    public int ForwardedForIndex { get; private set; }

    /// <summary>-1 when there is none, or more than one (which makes it none).</summary>
    public int TraceParentIndex { get; private set; }

    internal bool HostRepeated { get; private set; }

    private bool TraceParentRepeated { get; set; }

    /// <summary>
    /// Parses from <paramref name="position"/> up to and including the empty line. On <see cref="ParseStatus.Complete"/>,
    /// <paramref name="position"/> is just behind it.
    /// </summary>
    internal ParseStatus Parse(ReadOnlySpan<byte> source, ref int position, bool http10, out HttpRefusal refusal)
    {
        Reset();
        var connectionFields = 0;
        while (true)
        {
            var status = HeadLines.Next(source, position, out var length, out refusal);
            if (status != ParseStatus.Complete)
            {
                return status;
            }

            if (length == 0)
            {
                position += 2;
                break;
            }

            refusal = AddLine(source, position, length);
            if (refusal != HttpRefusal.None)
            {
                return ParseStatus.Refused;
            }

            connectionFields += _fields[Count - 1].Kind == FieldKind.Connection ? 1 : 0;
            position += length + 2;
        }

        if (Chunked && ContentLength >= 0)
        {
            refusal = HttpRefusal.TransferEncodingWithContentLength;
        }
        else if (Chunked && http10)
        {
            refusal = HttpRefusal.TransferEncodingOnHttp10;
        }
        else if (connectionFields > 0)
        {
            refusal = ReadConnectionFields(source);
        }

        return refusal == HttpRefusal.None ? ParseStatus.Complete : ParseStatus.Refused;
    }

    /// <summary>The value of the first field of the name, which is compared without case; empty when there is none.</summary>
    public ReadOnlySpan<byte> Find(ReadOnlySpan<byte> source, ReadOnlySpan<byte> name)
    {
        foreach (ref readonly var field in Fields)
        {
            if (field.NameLength == name.Length && Ascii.EqualsIgnoreCase(field.Name(source), name))
            {
                return field.Value(source);
            }
        }

        return default;
    }

    private void Reset()
    {
        Count = 0;
        ContentLength = -1;
        Chunked = ConnectionClose = ConnectionKeepAlive = ConnectionUpgrade = UpgradesToHttp2 = HostRepeated = false;
        HostIndex = UpgradeIndex = ExpectIndex = ForwardedForIndex = TraceParentIndex = -1;
        TraceParentRepeated = false;
    }

    private HttpRefusal AddLine(ReadOnlySpan<byte> source, int start, int length)
    {
        var line = source.Slice(start, length);
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            return HttpRefusal.ObsoleteFolding;
        }

        var nameLength = line.IndexOfAnyExcept(HttpSyntax.Token);
        if (nameLength <= 0 || line[nameLength] != ':')
        {
            return HttpRefusal.FieldNameMalformed;
        }

        if (Count == MaxFields)
        {
            return HttpRefusal.TooManyFields;
        }

        var valueStart = nameLength + 1;
        var valueEnd = length;
        while (valueStart < valueEnd && line[valueStart] is (byte)' ' or (byte)'\t')
        {
            valueStart++;
        }

        while (valueEnd > valueStart && line[valueEnd - 1] is (byte)' ' or (byte)'\t')
        {
            valueEnd--;
        }

        var name = line[..nameLength];
        ref var field = ref _fields[Count];
        field.NameStart = start;
        field.NameLength = nameLength;
        field.ValueStart = start + valueStart;
        field.ValueLength = valueEnd - valueStart;
        field.LineEnd = start + length + 2;
        field.Kind = name.Contains((byte)'_') ? FieldKind.Spoofing : FieldNames.Classify(name);
        field.Nominated = false;
        var refusal = field.Kind == FieldKind.Other ? HttpRefusal.None : Note(field.Kind, line[valueStart..valueEnd]);
        Count++;
        return refusal;
    }

    private HttpRefusal Note(FieldKind kind, ReadOnlySpan<byte> value)
    {
        switch (kind)
        {
            case FieldKind.Host:
                HostRepeated |= HostIndex >= 0;
                HostIndex = Count;
                return HttpRefusal.None;
            case FieldKind.Upgrade:
                UpgradeIndex = Count;
                UpgradesToHttp2 |= FieldNames.OffersHttp(value);
                return HttpRefusal.None;
            case FieldKind.Expect:
                ExpectIndex = Count;
                return FieldNames.Is(value, "100-continue"u8) ? HttpRefusal.None : HttpRefusal.ExpectationNotSupported;
            case FieldKind.XForwardedFor:
                ForwardedForIndex = Count;
                return HttpRefusal.None;
            case FieldKind.TraceParent:
                TraceParentRepeated |= TraceParentIndex >= 0;
                TraceParentIndex = TraceParentRepeated ? -1 : Count;
                return HttpRefusal.None;
            case FieldKind.ContentLength:
                return NoteContentLength(value);
            case FieldKind.TransferEncoding:
                // A list, another coding, or the same field twice: nobody sends that, but smugglers do.
                if (Chunked || !FieldNames.Is(value, "chunked"u8))
                {
                    return HttpRefusal.TransferEncodingNotChunked;
                }

                Chunked = true;
                return HttpRefusal.None;
            default:
                return HttpRefusal.None;
        }
    }

    private HttpRefusal NoteContentLength(ReadOnlySpan<byte> value)
    {
        if (ContentLength >= 0)
        {
            return HttpRefusal.ContentLengthRepeated;
        }

        // Not Utf8Parser: it takes a sign and stops at the first byte it does not like.
        if (value.IsEmpty || value.Length > 19)
        {
            return HttpRefusal.ContentLengthMalformed;
        }

        ulong length = 0;
        foreach (var digit in value)
        {
            if (!HttpSyntax.IsDigit(digit))
            {
                return HttpRefusal.ContentLengthMalformed;
            }

            length = (length * 10) + (uint)(digit - '0');
        }

        if (length > long.MaxValue)
        {
            return HttpRefusal.ContentLengthMalformed;
        }

        ContentLength = (long)length;
        return HttpRefusal.None;
    }

    private HttpRefusal ReadConnectionFields(ReadOnlySpan<byte> source)
    {
        for (var index = 0; index < Count; index++)
        {
            if (_fields[index].Kind != FieldKind.Connection)
            {
                continue;
            }

            var rest = _fields[index].Value(source);
            while (!rest.IsEmpty)
            {
                var comma = rest.IndexOf((byte)',');
                var token = HttpSyntax.TrimWhitespace(comma < 0 ? rest : rest[..comma]);
                rest = comma < 0 ? default : rest[(comma + 1)..];
                if (FieldNames.Is(token, "close"u8))
                {
                    ConnectionClose = true;
                }
                else if (FieldNames.Is(token, "keep-alive"u8))
                {
                    ConnectionKeepAlive = true;
                }
                else if (FieldNames.Is(token, "upgrade"u8))
                {
                    ConnectionUpgrade = true;
                }
                else if (!token.IsEmpty && !Nominate(source, token))
                {
                    return HttpRefusal.ConnectionNamesEndToEndField;
                }
            }
        }

        return HttpRefusal.None;
    }

    private bool Nominate(ReadOnlySpan<byte> source, ReadOnlySpan<byte> name)
    {
        if (FieldNames.IsEndToEnd(name))
        {
            return false;
        }

        foreach (ref var field in _fields.AsSpan(0, Count))
        {
            field.Nominated |= Ascii.EqualsIgnoreCase(field.Name(source), name);
        }

        return true;
    }
}
