namespace Inlet.Proxy.Tests;

/// <summary>Waits for a condition that another thread brings about; generous, because a busy machine is slow.</summary>
public static class Wait
{
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        var deadline = Environment.TickCount64 + 20_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, $"waited in vain for {what}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
