namespace Inlet.Proxy;

/// <summary>What one loop knows of credentials it had checked: good ones for a while, bad ones for a moment. Bounded.</summary>
internal sealed class VerifiedPasswords
{
    private const int Most = 8192;
    private const long GoodMilliseconds = 15 * 60_000;
    private const long BadMilliseconds = 5_000;

    private readonly Dictionary<UInt128, (bool Good, long Until)> _known = [];

    /// <returns>Null when they have to be checked.</returns>
    public bool? Find(UInt128 name, long nowMilliseconds) =>
        _known.TryGetValue(name, out var known) && nowMilliseconds < known.Until ? known.Good : null;

    public void Note(UInt128 name, bool good, long nowMilliseconds)
    {
        if (_known.Count >= Most)
        {
            // Bad ones first: whoever guesses passwords must not push out those of everybody else.
            foreach (var (old, known) in _known)
            {
                if (!known.Good || nowMilliseconds >= known.Until)
                {
                    _known.Remove(old);
                }
            }

            if (_known.Count >= Most)
            {
                _known.Clear();
            }
        }

        _known[name] = (good, nowMilliseconds + (good ? GoodMilliseconds : BadMilliseconds));
    }
}
