namespace Inlet.Proxy;

/// <summary>What services said lately, as one loop knows it. Bounded.</summary>
internal sealed class ServiceAnswers
{
    private const int Most = 8192;

    private readonly Dictionary<UInt128, (ServiceAnswer Answer, long Until)> _known = [];

    public ServiceAnswer? Find(UInt128 name, long nowMilliseconds) =>
        _known.TryGetValue(name, out var known) && nowMilliseconds < known.Until ? known.Answer : null;

    public void Note(UInt128 name, ServiceAnswer answer, TimeSpan keepFor, long nowMilliseconds)
    {
        if (_known.Count >= Most)
        {
            foreach (var (old, known) in _known)
            {
                if (nowMilliseconds >= known.Until)
                {
                    _known.Remove(old);
                }
            }

            if (_known.Count >= Most)
            {
                _known.Clear();
            }
        }

        _known[name] = (answer, nowMilliseconds + (long)keepFor.TotalMilliseconds);
    }
}
