namespace Inlet.Model;

/// <summary>
/// Names the endpoints a request may go to: one port of one Service. Routes hold only this key; the live endpoints
/// travel in their own lane and never recompile a route.
/// </summary>
/// <param name="Namespace">The Service's namespace.</param>
/// <param name="Service">The Service's name.</param>
/// <param name="Port">The Service's port as the Ingress wrote it: its number in decimal, or its name; empty for the Service's first one.</param>
public sealed record BackendKey(string Namespace, string Service, string Port)
{
    /// <summary>The Service's own cluster address is the one endpoint.</summary>
    public bool ClusterAddress { get; init; }

    public override string ToString() => $"{Namespace}/{Service}:{Port}";
}
