namespace Inlet.Local.Overview;

/// <summary>One path of one Ingress rule, and how it stands now.</summary>
/// <param name="Host">Empty for rules without one (every host), and for default backends.</param>
/// <param name="Path">As written; empty for a default backend.</param>
/// <param name="Service">Empty when the backend is not a Service.</param>
/// <param name="Port">Name or number, as written.</param>
/// <param name="Canary">What the annotations say (<c>weight 10%</c>, <c>header X = y</c>); empty when it is no canary.</param>
/// <param name="Tls">Whether <c>spec.tls</c> names the host.</param>
/// <param name="InForce">Whether a controller has published an address for the Ingress.</param>
/// <param name="ReadyPods">Names of the pods that take requests now.</param>
/// <param name="WaitingPods">Names of the pods that the Service selects besides.</param>
public sealed record RouteRow(
    string Namespace, string Ingress, string Host, string Path, string Service, string Port, string Canary, bool Tls, bool InForce,
    IReadOnlyList<string> ReadyPods, IReadOnlyList<string> WaitingPods)
{
    public bool IsReady => InForce && ReadyPods.Count > 0;

    /// <summary>What makes it the same row later.</summary>
    public string Key => $"{Namespace}/{Ingress} {Host}{Path} {Service}:{Port}";

    public bool SameAs(RouteRow other) =>
        Key == other.Key && Canary == other.Canary && Tls == other.Tls && InForce == other.InForce
        && ReadyPods.SequenceEqual(other.ReadyPods) && WaitingPods.SequenceEqual(other.WaitingPods);
}
