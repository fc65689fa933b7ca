using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Controller;

/// <summary>What is in force now, for those who report it.</summary>
/// <param name="Ours">The Ingresses served.</param>
/// <param name="Model">What requests are routed by.</param>
internal sealed record Publication(IReadOnlyCollection<Ingress> Ours, EquatableArray<Verdict> Verdicts, RouteModel Model)
{
    /// <summary>What an Ingress under review meets.</summary>
    public required AdmissionState Admission { get; init; }
}
