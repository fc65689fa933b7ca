using Inlet.Model;

namespace Inlet.Translation;

/// <summary>What a canary Ingress asks for, for all its paths.</summary>
internal sealed record CanarySettings(CanaryHeader? Header, string? Cookie, int Weight, int WeightTotal)
{
    public bool WithoutAffinity { get; init; }
}
