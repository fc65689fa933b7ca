using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Inlet.Local.Node.Services.Names;

/// <summary>One record of an answer.</summary>
/// <param name="Name">Without the dot at the end.</param>
/// <param name="Data">As on the wire.</param>
internal sealed record DnsRecord(string Name, DnsType Type, byte[] Data)
{
    public static DnsRecord Address(string name, IPAddress address) =>
        new(name, address.AddressFamily == AddressFamily.InterNetwork ? DnsType.A : DnsType.Aaaa, address.GetAddressBytes());

    public static DnsRecord Alias(string name, string target) => new(name, DnsType.Cname, EncodeName(target));

    public static DnsRecord Pointer(string name, string target) => new(name, DnsType.Ptr, EncodeName(target));

    /// <summary>RFC 2782; all targets alike, as Kubernetes' DNS specification has them.</summary>
    public static DnsRecord Service(string name, string target, int port)
    {
        Span<byte> data = stackalloc byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(data[2..], 100);
        BinaryPrimitives.WriteUInt16BigEndian(data[4..], (ushort)port);
        return new(name, DnsType.Srv, [.. data, .. EncodeName(target)]);
    }

    /// <summary>Of the zone; says how long a "no" may be remembered (RFC 2308).</summary>
    public static DnsRecord Authority(string zone, int negativeSeconds)
    {
        Span<byte> numbers = stackalloc byte[20];
        BinaryPrimitives.WriteInt32BigEndian(numbers, 1);
        BinaryPrimitives.WriteInt32BigEndian(numbers[4..], 7200);
        BinaryPrimitives.WriteInt32BigEndian(numbers[8..], 1800);
        BinaryPrimitives.WriteInt32BigEndian(numbers[12..], 86400);
        BinaryPrimitives.WriteInt32BigEndian(numbers[16..], negativeSeconds);
        return new(zone, DnsType.Soa, [.. EncodeName($"ns.dns.{zone}"), .. EncodeName($"hostmaster.{zone}"), .. numbers]);
    }

    /// <param name="name">Labels of at most 63 characters.</param>
    public static byte[] EncodeName(string name)
    {
        var bytes = new byte[name.Length + 2];
        var at = 0;
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            bytes[at++] = (byte)label.Length;
            at += Encoding.Latin1.GetBytes(label, bytes.AsSpan(at));
        }

        return bytes[..(at + 1)];
    }
}
