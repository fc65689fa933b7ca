using System.Buffers;
using System.Buffers.Binary;

namespace Inlet.Local.Node.Services.Names;

/// <summary>What the cluster's zone says to a question.</summary>
/// <param name="Follow">A name outside the zone that the last record is an alias of; its addresses belong to the answer. Null for none.</param>
internal sealed record DnsAnswer(DnsCode Code, IReadOnlyList<DnsRecord> Records, string? Follow = null)
{
    /// <summary>Of every record, as CoreDNS has it by default.</summary>
    public const int LifetimeSeconds = 5;

    private const int ResponseFlag = 0x8000;
    private const int AuthoritativeFlag = 0x0400;
    private const int TruncatedFlag = 0x0200;
    private const int RecursionDesiredFlag = 0x0100;
    private const int RecursionAvailableFlag = 0x0080;
    private const int RecordHeaderBytes = 10;
    private const int EdnsBytes = 11;
    private const ushort InternetClass = 1;
    // Of a name that begins where the question's does.
    private const ushort PointerToQuestion = 0xc000 | DnsQuery.HeaderBytes;

    /// <param name="zone">Set for answers of our own zone; names it in a "no".</param>
    /// <param name="limit">At most so many bytes; what does not fit is left out and said so (RFC 2181, section 9).</param>
    public byte[] Write(DnsQuery query, string? zone, int limit)
    {
        var message = new ArrayBufferWriter<byte>(512);
        message.Write(new byte[DnsQuery.HeaderBytes]);
        message.Write(query.Question);
        var left = limit - (query.HasEdns ? EdnsBytes : 0);
        var written = 0;
        foreach (var record in Records)
        {
            if (message.WrittenCount + Size(record, query) > left)
            {
                break;
            }

            Write(message, record, query);
            written++;
        }

        var authority = zone is not null && Records.Count == 0 ? DnsRecord.Authority(zone, LifetimeSeconds) : null;
        if (authority is not null)
        {
            Write(message, authority, query);
        }

        if (query.HasEdns)
        {
            WriteEdns(message);
        }

        var bytes = message.WrittenSpan.ToArray();
        var flags = ResponseFlag | RecursionAvailableFlag | (int)Code
            | (zone is null ? 0 : AuthoritativeFlag)
            | (query.RecursionDesired ? RecursionDesiredFlag : 0)
            | (written < Records.Count ? TruncatedFlag : 0);
        BinaryPrimitives.WriteUInt16BigEndian(bytes, query.Id);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)flags);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)(query.Question.Length > 0 ? 1 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), (ushort)written);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(8), (ushort)(authority is null ? 0 : 1));
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(10), (ushort)(query.HasEdns ? 1 : 0));
        return bytes;
    }

    private static int Size(DnsRecord record, DnsQuery query) =>
        (record.Name == query.Name ? sizeof(ushort) : DnsRecord.EncodeName(record.Name).Length) + RecordHeaderBytes + record.Data.Length;

    private static void Write(ArrayBufferWriter<byte> message, DnsRecord record, DnsQuery query)
    {
        if (record.Name == query.Name)
        {
            Number(message, PointerToQuestion);
        }
        else
        {
            message.Write(DnsRecord.EncodeName(record.Name));
        }

        Number(message, (ushort)record.Type);
        Number(message, InternetClass);
        Number(message, 0);
        Number(message, LifetimeSeconds);
        Number(message, (ushort)record.Data.Length);
        message.Write(record.Data);
    }

    private static void WriteEdns(ArrayBufferWriter<byte> message)
    {
        message.Write(new byte[1]);
        Number(message, (ushort)DnsType.Opt);
        Number(message, 1232);
        message.Write(new byte[6]);
    }

    private static void Number(ArrayBufferWriter<byte> message, ushort number)
    {
        BinaryPrimitives.WriteUInt16BigEndian(message.GetSpan(sizeof(ushort)), number);
        message.Advance(sizeof(ushort));
    }
}
