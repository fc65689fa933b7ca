using System.Runtime.CompilerServices;
using Inlet.Http;
using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>Says whether a client's address may use a route.</summary>
internal static class AccessFilter
{
    // Kept with the policy, which lives as long as its route is unchanged.
    private static readonly ConditionalWeakTable<AccessPolicy, Ranges> Compiled = [];

    /// <param name="clientAddress">An IP address as text. One that cannot be read is let in nowhere.</param>
    public static bool Allows(AccessPolicy policy, ReadOnlySpan<byte> clientAddress)
    {
        var ranges = Compiled.GetValue(policy, static lists => new Ranges(new AddressRanges(lists.Allow), new AddressRanges(lists.Deny)));
        return AddressText.TryParse(clientAddress, out var address)
            && !ranges.Deny.Contains(address) && (ranges.Allow.IsEmpty || ranges.Allow.Contains(address));
    }

    private sealed record Ranges(AddressRanges Allow, AddressRanges Deny);
}
