namespace Inlet.Proxy;

/// <summary>
/// Decides "yes" for a given share of the times it is asked. Multiples of the golden ratio modulo 1 fill the unit interval
/// more evenly than any random numbers: of n questions the share is kept to about log(n)/n, where chance would stray by
/// 1/√n. The random start keeps loops and splits from beating together.
/// </summary>
internal struct WeightSequence(ulong start)
{
    private const ulong GoldenRatio = 0x9E37_79B9_7F4A_7C15;

    private ulong _position = start;

    /// <param name="share">0 never, 1 or more always.</param>
    public bool Next(double share)
    {
        _position += GoldenRatio;
        return (_position >> 11) * (1.0 / (1UL << 53)) < share;
    }
}
