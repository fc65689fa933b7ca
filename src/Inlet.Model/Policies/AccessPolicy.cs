using System.Net;

namespace Inlet.Model;

/// <summary>Which clients may use a route, by address; others are answered 403. Deny goes before allow.</summary>
/// <param name="Allow">Empty allows everybody that is not denied.</param>
/// <param name="Deny">Empty denies nobody.</param>
public sealed record AccessPolicy(EquatableArray<IPNetwork> Allow, EquatableArray<IPNetwork> Deny);
