namespace Inlet.Routing;

/// <param name="Takes">Whether it covers the path, had it no competitors.</param>
public sealed record RouteCandidate(CompiledRoute Route, bool Takes);

/// <summary>What there was to choose from, and what was chosen.</summary>
/// <param name="Host">As configured; null when no host covers the name.</param>
/// <param name="Candidates">In the order in which they are asked.</param>
/// <param name="Winner">Of <see cref="RoutingTable.Match"/>; the default backend's route is none of the candidates.</param>
public sealed record RouteExplanation(string? Host, IReadOnlyList<RouteCandidate> Candidates, CompiledRoute? Winner);
