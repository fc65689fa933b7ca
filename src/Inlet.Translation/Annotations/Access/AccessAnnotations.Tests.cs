using System.Net;
using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class AccessAnnotationsTests
{
    [Theory]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("10.1.2.3/8", "10.0.0.0/8")]
    [InlineData("192.0.2.7", "192.0.2.7/32")]
    [InlineData("2001:db8::/32", "2001:db8::/32")]
    [InlineData("::1", "::1/128")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("10.0.0.0/8, 192.0.2.7 ,", "10.0.0.0/8", "192.0.2.7/32")]
    public void Addresses_and_networks_are_read(string value, params string[] networks)
    {
        EquatableArray<IPNetwork> expected = [.. networks.Select(IPNetwork.Parse)];

        Assert.Equal(new AccessPolicy(expected, []), Given.Policies($"allowlist-source-range={value}").Access);
        Assert.Equal(new AccessPolicy(expected, []), Given.Policies($"whitelist-source-range={value}").Access);
        Assert.Equal(new AccessPolicy([], expected), Given.Policies($"denylist-source-range={value}").Access);
    }

    [Fact]
    public void New_name_wins_over_the_old_one_and_that_is_said()
    {
        var access = Given.PoliciesReporting(
            $"Refused AnnotationWithoutEffect {Given.Field("whitelist-source-range")}", "allowlist-source-range=10.0.0.0/8", "whitelist-source-range=0.0.0.0/0").Access;

        Assert.Equal(new AccessPolicy([IPNetwork.Parse("10.0.0.0/8")], []), access);
    }

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.1")]
    [InlineData("010.0.0.1")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[::1]")]
    [InlineData("example.com")]
    [InlineData("10.0.0.0/8 192.0.2.1")]
    [InlineData("10.0.0.0/8,nonsense")]
    [InlineData(",")]
    [InlineData("")]
    public void What_cannot_be_read_closes_the_routes(string value)
    {
        foreach (var name in new[] { "allowlist-source-range", "whitelist-source-range", "denylist-source-range" })
        {
            Assert.True(Given.PoliciesReporting($"Refused AnnotationInvalid {Given.Field(name)}", $"{name}={value}").Closed);
        }
    }
}
