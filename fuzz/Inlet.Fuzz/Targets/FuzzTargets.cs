namespace Inlet.Fuzz;

/// <summary>
/// What must hold for any bytes whatever. Each target takes an input and throws when it does not: the fuzzer looks for such an
/// input, and the unit tests give them all they know.
/// </summary>
public static class FuzzTargets
{
    public static IReadOnlyDictionary<string, Action<byte[]>> All { get; } = new Dictionary<string, Action<byte[]>>
    {
        ["request"] = RequestTarget.Run,
        ["response"] = ResponseTarget.Run,
        ["chunked"] = ChunkedTarget.Run,
        ["proxy-header"] = ProxyHeaderTarget.Run,
        ["path"] = PathTarget.Run,
        ["forwarded-for"] = ForwardedForTarget.Run,
    };

    internal static void Hold(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"does not hold: {what}");
        }
    }
}
