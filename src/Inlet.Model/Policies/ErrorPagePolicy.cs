namespace Inlet.Model;

/// <summary>
/// A backend that speaks for a route: for its own backend while that has no endpoints, and in place of answers with certain statuses. It
/// is told what happened in X-Code, X-Format, X-Original-URI, X-Namespace, X-Ingress-Name, X-Service-Name and X-Service-Port; what it
/// answers, status included, is the answer. It is always spoken to in plain HTTP.
/// </summary>
/// <param name="Source">The Ingress, which it is told.</param>
public sealed record ErrorPagePolicy(ObjectReference Source)
{
    /// <summary>Null: the model's default backend, and no stand-in for a backend without endpoints.</summary>
    public BackendKey? Backend { get; init; }

    /// <summary>Statuses, 400 … 599, whose answers are replaced: our own, and the endpoints'.</summary>
    public EquatableArray<int> Statuses { get; init; }

    /// <summary>Only our own are.</summary>
    public bool KeepEndpoints { get; init; }
}
