using System.Net;
using System.Text;

namespace Inlet.Http.Tests;

public sealed class AddressTests
{
    [Theory]
    [InlineData("1.2.3.4")]
    [InlineData("255.255.255.255")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("1::")]
    [InlineData("2001:db8::ff00:42:8329")]
    [InlineData("1:2:3:4:5:6:7:8")]
    [InlineData("1:2:3:4:5:6:7::")]
    [InlineData("::2:3:4:5:6:7:8")]
    [InlineData("::ffff:1.2.3.4")]
    [InlineData("64:ff9b::1.2.3.4")]
    [InlineData("ABCD:ef01::")]
    public void Address_is_read_as_the_framework_reads_it(string text)
    {
        Assert.True(AddressText.TryParse(Bytes(text), out var address));
        var expected = IPAddress.Parse(text);
        Assert.True(new AddressRanges([new IPNetwork(expected, expected.GetAddressBytes().Length * 8)]).Contains(address));
        Assert.False(new AddressRanges([new IPNetwork(IPAddress.Parse("9.9.9.9"), 32)]).Contains(address));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.256")]
    [InlineData("01.2.3.4")]
    [InlineData("1.2.3.4 ")]
    [InlineData("0x1.2.3.4")]
    [InlineData(":")]
    [InlineData(":::")]
    [InlineData("1::2::3")]
    [InlineData("1:2:3:4:5:6:7")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("1:2:3:4:5:6:7:")]
    [InlineData(":1:2:3:4:5:6:7")]
    [InlineData("::12345")]
    [InlineData("::g")]
    [InlineData("fe80::1%eth0")]
    [InlineData("::1.2.3")]
    [InlineData("1:2:3:4:5:6:7:1.2.3.4")]
    [InlineData("unknown")]
    public void What_is_no_plain_address_is_refused(string text) => Assert.False(AddressText.TryParse(Bytes(text), out _));

    [Theory]
    [InlineData("10.0.0.0/8", "10.255.0.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("0.0.0.0/0", "203.0.113.9", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("2001:db8::/33", "2001:db8:7fff::1", true)]
    [InlineData("2001:db8::/33", "2001:db8:8000::1", false)]
    [InlineData("::/0", "1.2.3.4", true)]
    public void Range_holds_what_its_prefix_covers(string range, string address, bool inside) =>
        Assert.Equal(inside, new AddressRanges([IPNetwork.Parse(range)]).Contains(IPAddress.Parse(address)));

    [Theory]
    [InlineData("", "10.0.0.1")]
    [InlineData("X-Forwarded-For: 203.0.113.9\r\n", "203.0.113.9")]
    [InlineData("X-Forwarded-For: 6.6.6.6, 203.0.113.9\r\n", "203.0.113.9")]
    [InlineData("X-Forwarded-For: 203.0.113.9, 10.1.1.1,10.2.2.2\r\n", "203.0.113.9")]
    [InlineData("X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 10.1.1.1\r\n", "203.0.113.9")]
    [InlineData("X-Forwarded-For: 10.9.9.9, 10.1.1.1\r\n", "10.9.9.9")]
    [InlineData("X-Forwarded-For: 6.6.6.6, unknown, 10.1.1.1\r\n", "10.1.1.1")]
    [InlineData("X-Forwarded-For: evil\r\n", "10.0.0.1")]
    [InlineData("X-Forwarded-For: [2001:db8::1]:443\r\n", "2001:db8::1")]
    [InlineData("X-Forwarded-For: 203.0.113.9:5678\r\n", "203.0.113.9")]
    public void Client_is_the_last_address_that_is_no_trusted_proxy(string fields, string client)
    {
        var head = new RequestHead();
        var bytes = Bytes($"GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
        Assert.Equal(ParseStatus.Complete, RequestHeadParser.Parse(bytes, head, 1000, 2000, out _));
        Assert.Equal(client, Encoding.ASCII.GetString(ForwardedFor.FindClient(head, bytes, new AddressRanges([IPNetwork.Parse("10.0.0.0/8")]), 0, "10.0.0.1"u8)));
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    [Theory]
    [InlineData("198.51.100.1, 192.0.2.7, 203.0.113.5", 1, "203.0.113.5")]
    [InlineData("198.51.100.1, 192.0.2.7, 203.0.113.5", 2, "192.0.2.7")]
    [InlineData("198.51.100.1, 192.0.2.7, 203.0.113.5", 9, "198.51.100.1")]
    [InlineData("10.0.0.9", 1, "10.0.0.9")]
    [InlineData("", 1, "10.0.0.1")]
    [InlineData("spoof, 192.0.2.7", 2, "192.0.2.7")]
    public void By_hops_the_client_is_so_many_addresses_from_the_end_whoever_they_are(string forwardedFor, int hops, string client)
    {
        var bytes = Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {forwardedFor}\r\n\r\n");
        var head = new RequestHead();
        Assert.Equal(ParseStatus.Complete, RequestHeadParser.Parse(bytes, head, 1024, 4096, out _));
        Assert.Equal(client, Encoding.ASCII.GetString(ForwardedFor.FindClient(head, bytes, new AddressRanges([IPNetwork.Parse("10.0.0.0/8")]), hops, "10.0.0.1"u8)));
    }
}
