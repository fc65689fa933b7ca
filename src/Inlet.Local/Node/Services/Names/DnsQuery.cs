using System.Buffers.Binary;
using System.Text;

namespace Inlet.Local.Node.Services.Names;

/// <summary>One question as a client sent it.</summary>
/// <param name="Question">Its bytes: name, type and class, for the answer to repeat as they are (RFC 1035, section 4.1.2).</param>
/// <param name="Name">In lower case, without the dot at the end.</param>
/// <param name="UdpLimit">How many bytes the client takes in one datagram: 512, or what its EDNS record says (RFC 6891).</param>
internal sealed record DnsQuery(
    ushort Id, bool RecursionDesired, byte[] Question, string Name, DnsType Type, bool IsInternet, int UdpLimit, bool HasEdns)
{
    public const int HeaderBytes = 12;

    private const int DefaultUdpLimit = 512;
    // What passes every link without fragments (the DNS flag day of 2020); a client that says more gets no more.
    private const int LargestUdpLimit = 1232;
    private const int ResponseFlag = 0x8000;
    private const int OpcodeMask = 0x7800;
    private const int RecursionFlag = 0x0100;
    private const int InternetClass = 1;

    /// <returns>Null for what is no query at all. A query that cannot be answered comes with the code to say so.</returns>
    public static (DnsQuery Query, DnsCode Code)? Read(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderBytes)
        {
            return null;
        }

        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        if ((flags & ResponseFlag) != 0)
        {
            // Answering an answer could go on for ever.
            return null;
        }

        var query = new DnsQuery(
            BinaryPrimitives.ReadUInt16BigEndian(message), (flags & RecursionFlag) != 0, [], "", 0, false, DefaultUdpLimit, false);
        if ((flags & OpcodeMask) != 0)
        {
            return (query, DnsCode.NotImplemented);
        }

        var questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        return questions == 1 && ReadQuestion(message, query) is { } read ? (read, DnsCode.NoError) : (query, DnsCode.FormatError);
    }

    private static DnsQuery? ReadQuestion(ReadOnlySpan<byte> message, DnsQuery query)
    {
        var at = HeaderBytes;
        var name = new StringBuilder();
        while (true)
        {
            if (at >= message.Length)
            {
                return null;
            }

            int length = message[at++];
            if (length == 0)
            {
                break;
            }

            // The only name before it could point to is itself: a question is not compressed.
            if (length > 63 || at + length > message.Length || name.Length + length > 253)
            {
                return null;
            }

            name.Append(name.Length == 0 ? "" : ".").Append(Encoding.Latin1.GetString(message.Slice(at, length)).ToLowerInvariant());
            at += length;
        }

        if (at + 4 > message.Length)
        {
            return null;
        }

        var (limit, edns) = ReadEdns(message, at + 4);
        return query with
        {
            Question = message[HeaderBytes..(at + 4)].ToArray(),
            Name = name.ToString(),
            Type = (DnsType)BinaryPrimitives.ReadUInt16BigEndian(message[at..]),
            IsInternet = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]) == InternetClass,
            UdpLimit = limit,
            HasEdns = edns,
        };
    }

    /// <summary>A query has no records but the additional ones, of which EDNS' is the only one in use: name, type, and the size in place of the class.</summary>
    private static (int Limit, bool HasEdns) ReadEdns(ReadOnlySpan<byte> message, int at)
    {
        var additional = BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        if (additional == 0 || at + 5 > message.Length || message[at] != 0
            || BinaryPrimitives.ReadUInt16BigEndian(message[(at + 1)..]) != (ushort)DnsType.Opt)
        {
            return (DefaultUdpLimit, false);
        }

        return (Math.Clamp((int)BinaryPrimitives.ReadUInt16BigEndian(message[(at + 3)..]), DefaultUdpLimit, LargestUdpLimit), true);
    }
}
