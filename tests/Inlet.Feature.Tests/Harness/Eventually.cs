using System.Diagnostics;

namespace Inlet.Feature.Tests.Harness;

/// <summary>Waits for a condition instead of for a time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <exception cref="TimeoutException">It never held; says what it was and how things stood last.</exception>
    public static async Task HoldsAsync(string what, Func<Task<bool>> condition, Func<string>? state = null, TimeSpan? longest = null)
    {
        var started = Stopwatch.GetTimestamp();
        Exception? last = null;
        while (Stopwatch.GetElapsedTime(started) < (longest ?? Longest))
        {
            try
            {
                if (await condition())
                {
                    return;
                }

                last = null;
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                last = exception;
            }

            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"never came true: {what}; {state?.Invoke()}{last?.Message}");
    }

    public static Task HoldsAsync(string what, Func<bool> condition, Func<string>? state = null) => HoldsAsync(what, () => Task.FromResult(condition()), state);
}
