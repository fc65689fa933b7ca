namespace Inlet.Local.Node.Probes;

/// <param name="Message">Why it failed, fit for an Event.</param>
internal readonly record struct ProbeResult(bool IsSuccess, string Message)
{
    public static ProbeResult Success { get; } = new(true, "");

    public static ProbeResult Failure(string message) => new(false, message);
}
