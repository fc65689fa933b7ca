using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Inlet.Local.Tests.Node.Services.Names;

/// <summary>A DNS client of the tests' own, so that a mistake of the server's codec is not made twice.</summary>
internal static class TestResolver
{
    public const ushort A = 1;
    public const ushort Cname = 5;
    public const ushort Ptr = 12;
    public const ushort Txt = 16;
    public const ushort Aaaa = 28;
    public const ushort Srv = 33;

    /// <param name="edns">Bytes the client takes over UDP; 0 sends no EDNS record.</param>
    public static byte[] Query(string name, ushort type, ushort id = 0x1234, int edns = 0)
    {
        var bytes = new List<byte>();
        Number(bytes, id, 0x0100, 1, 0, 0, (ushort)(edns > 0 ? 1 : 0));
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            bytes.Add((byte)label.Length);
            bytes.AddRange(Encoding.ASCII.GetBytes(label));
        }

        bytes.Add(0);
        Number(bytes, type, 1);
        if (edns > 0)
        {
            bytes.Add(0);
            Number(bytes, 41, (ushort)edns, 0, 0, 0);
        }

        return [.. bytes];
    }

    public static async Task<TestAnswer> AskAsync(IPEndPoint server, string name, ushort type, int edns = 0, Socket? from = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var socket = from ?? new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, patience.Token);
        await socket.SendAsync(Query(name, type, edns: edns), patience.Token);
        var buffer = new byte[65536];
        var length = await socket.ReceiveAsync(buffer, patience.Token);
        return TestAnswer.Read(buffer[..length]);
    }

    public static async Task<TestAnswer> AskOverTcpAsync(IPEndPoint server, string name, ushort type)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, patience.Token);
        var query = Query(name, type);
        await socket.SendAsync((byte[])[(byte)(query.Length >> 8), (byte)query.Length, .. query], patience.Token);
        await using var stream = new NetworkStream(socket);
        var length = new byte[2];
        await stream.ReadExactlyAsync(length, patience.Token);
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(answer, patience.Token);
        return TestAnswer.Read(answer);
    }

    private static void Number(List<byte> bytes, params ushort[] numbers)
    {
        foreach (var number in numbers)
        {
            bytes.Add((byte)(number >> 8));
            bytes.Add((byte)number);
        }
    }
}

/// <param name="Code">0 no error, 1 format error, 2 server failure, 3 no such name.</param>
/// <param name="Records">As text: the name, the type's number and what it says.</param>
/// <param name="Authorities">How many records the authority section has.</param>
internal sealed record TestAnswer(
    ushort Id, int Code, bool Authoritative, bool Truncated, IReadOnlyList<string> Records, int Authorities, int Additional, int Length)
{
    public static TestAnswer Read(byte[] message)
    {
        var flags = Number(message, 2);
        Assert.True((flags & 0x8000) != 0);
        var at = 12;
        for (var question = 0; question < Number(message, 4); question++)
        {
            Name(message, ref at);
            at += 4;
        }

        var records = new List<string>();
        for (var record = 0; record < Number(message, 6); record++)
        {
            records.Add(Record(message, ref at));
        }

        return new(
            Number(message, 0), flags & 15, (flags & 0x0400) != 0, (flags & 0x0200) != 0, records, Number(message, 8), Number(message, 10), message.Length);
    }

    private static string Record(byte[] message, ref int at)
    {
        var name = Name(message, ref at);
        var type = Number(message, at);
        var length = Number(message, at + 8);
        var data = at + 10;
        at = data + length;
        var target = data + (type == TestResolver.Srv ? 6 : 0);
        return $"{name} {type} " + type switch
        {
            TestResolver.A or TestResolver.Aaaa => new IPAddress(message.AsSpan(data, length)).ToString(),
            TestResolver.Srv => $"{Number(message, data + 4)} {Name(message, ref target)}",
            _ => Name(message, ref target),
        };
    }

    private static string Name(byte[] message, ref int at)
    {
        var labels = new List<string>();
        var place = at;
        var jumped = false;
        while (message[place] != 0)
        {
            if (message[place] >= 0xc0)
            {
                at = jumped ? at : place + 2;
                jumped = true;
                place = Number(message, place) & 0x3fff;
                continue;
            }

            labels.Add(Encoding.ASCII.GetString(message, place + 1, message[place]));
            place += message[place] + 1;
        }

        at = jumped ? at : place + 1;
        return string.Join('.', labels);
    }

    private static ushort Number(byte[] message, int at) => BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(at));
}
