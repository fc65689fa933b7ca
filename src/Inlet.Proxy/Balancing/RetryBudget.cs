namespace Inlet.Proxy;

/// <summary>
/// Lets one loop repeat a fifth of a backend's requests, and ten without any: when everything fails, repeating everything would
/// multiply the load that made it fail.
/// </summary>
internal struct RetryBudget
{
    private const double PerRequest = 0.2;
    private const double Most = 100;

    private double _spent;

    public void CountRequest() => _spent = Math.Max(10 - Most, _spent - PerRequest);

    public bool TryTake()
    {
        if (_spent + 1 > 10)
        {
            return false;
        }

        _spent++;
        return true;
    }
}
