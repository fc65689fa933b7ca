namespace Inlet.Local.Tests.Node.Harness;

/// <summary>Waits for something to become true, generously: other tests use the machine too.</summary>
internal static class Wait
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <param name="look">Null while it is not there.</param>
    /// <param name="now">What is there instead, for the failure message.</param>
    public static async Task<T> ForAsync<T>(Func<Task<T?>> look, string what, Func<Task<string?>>? now = null)
        where T : class
    {
        var end = DateTime.UtcNow + Limit;
        while (true)
        {
            if (await look() is { } found)
            {
                return found;
            }

            if (DateTime.UtcNow > end)
            {
                Assert.Fail($"waited {Limit.TotalSeconds:0} s for {what}{(now is null ? "" : $"; now: {await now()}")}");
            }

            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }

    public static Task UntilAsync(Func<bool> condition, string what) =>
        ForAsync(() => Task.FromResult(condition() ? "" : null), what);
}
