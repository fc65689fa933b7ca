using System.Net;

namespace Inlet.Proxy.Tests;

public sealed class ServiceTargetTests
{
    [Theory]
    [InlineData("example.com", false, "example.com", 80)]
    [InlineData("example.com", true, "example.com", 443)]
    [InlineData("example.com:8080", true, "example.com", 8080)]
    [InlineData("[2001:db8::1]:8080", false, "2001:db8::1", 8080)]
    [InlineData("[2001:db8::1]", false, "2001:db8::1", 80)]
    public void Authority_is_host_and_port(string authority, bool tls, string host, int port)
    {
        Assert.True(ServiceTarget.TryParse(authority, tls, out var parsedHost, out var parsedPort));
        Assert.Equal((host, port), (parsedHost, parsedPort));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":80")]
    [InlineData("example.com:")]
    [InlineData("example.com:0")]
    [InlineData("example.com:99999")]
    [InlineData("example.com:+80")]
    [InlineData("user@example.com")]
    [InlineData("exa mple.com")]
    [InlineData("example.com%00")]
    public void What_is_none_is_not_connected_to(string authority) => Assert.False(ServiceTarget.TryParse(authority, false, out _, out _));

    [Theory]
    [InlineData("10.0.0.1", true)]
    [InlineData("2001:db8::1", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("fe80::1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("10.96.0.1", false)]
    [InlineData("169.254.1.1", true)]
    public async Task Addresses_of_this_machine_and_the_api_servers_are_not_reached(string address, bool reached)
    {
        await using var addresses = new ServiceAddresses(new ProxyOptions
        {
            ForbiddenServiceNetworks = [IPNetwork.Parse("10.96.0.1/32")],
            AllowedServiceNetworks = [IPNetwork.Parse("169.254.1.0/24")],
        });

        Assert.Equal(reached, addresses.MayReach(IPAddress.Parse(address)));
        Assert.Equal(reached ? 1 : 0, addresses.Find(address.Contains(':') ? $"[{address}]:80" : $"{address}:80", tls: false)!.Endpoints.Length);
    }

    [Fact]
    public async Task Name_that_leads_to_a_forbidden_address_leads_nowhere_and_one_lookup_serves_all_who_wait()
    {
        foreach (var allowed in new[] { false, true })
        {
            await using var addresses = new ServiceAddresses(new ProxyOptions { AllowedServiceNetworks = allowed ? [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")] : [] });
            var target = addresses.Find("localhost:80", tls: false)!;
            var done = 0;
            for (var waiter = 0; waiter < 10; waiter++)
            {
                if (!target.NeedsLookup(1_000, () => Interlocked.Increment(ref done)))
                {
                    Interlocked.Increment(ref done);
                }
            }

            await Wait.UntilAsync(() => Volatile.Read(ref done) == 10, "the lookup");
            Assert.Equal(allowed, target.Endpoints.Length > 0);
            Assert.False(target.NeedsLookup(2_000, () => { }));
        }
    }
}
