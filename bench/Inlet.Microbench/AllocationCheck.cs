using System.Globalization;
using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace Inlet.Microbench;

/// <summary>
/// Calls every benchmark and counts what it allocates. Unlike time this is exact, so it can fail a build: a method over its
/// budget in <c>budgets.txt</c>, without one, or a budget without a method.
/// </summary>
internal static class AllocationCheck
{
    private const int WarmUpCalls = 50;
    private const int Calls = 200;

    /// <returns>The exit code.</returns>
    public static int Run(TextWriter output)
    {
        var budgets = ReadBudgets(Path.Combine(AppContext.BaseDirectory, "budgets.txt"));
        var failures = 0;
        foreach (var (name, call) in Benchmarks())
        {
            var bytes = Allocated(call);
            var verdict = !budgets.Remove(name, out var budget) ? "has no budget" : bytes > budget * Calls ? $"is over its budget of {budget} a call" : "";
            failures += verdict.Length > 0 ? 1 : 0;
            output.WriteLine($"{name}: {bytes} bytes in {Calls} calls {verdict}".TrimEnd());
        }

        foreach (var orphan in budgets.Keys)
        {
            output.WriteLine($"{orphan}: has a budget and is no benchmark");
            failures++;
        }

        return failures == 0 ? 0 : 1;
    }

    private static IEnumerable<(string Name, Action Call)> Benchmarks()
    {
        foreach (var type in typeof(AllocationCheck).Assembly.GetTypes().OrderBy(static type => type.FullName, StringComparer.Ordinal))
        {
            foreach (var method in type.GetMethods().Where(static method => method.GetCustomAttribute<BenchmarkAttribute>() is not null))
            {
                yield return ($"{type.Name}.{method.Name}", Typed(method, Activator.CreateInstance(type)!));
            }
        }
    }

    /// <summary>A delegate of the method's own type: calling by reflection would box the result.</summary>
    private static Action Typed(MethodInfo method, object target)
    {
        if (method.ReturnType == typeof(int))
        {
            var counting = method.CreateDelegate<Func<int>>(target);
            return () => counting();
        }

        return method.CreateDelegate<Action>(target);
    }

    private static long Allocated(Action call)
    {
        for (var warm = 0; warm < WarmUpCalls; warm++)
        {
            call();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < Calls; count++)
        {
            call();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static Dictionary<string, long> ReadBudgets(string file) => File.ReadLines(file)
        .Where(static line => line.Length > 0 && line[0] != '#')
        .Select(static line => line.Split(' '))
        .ToDictionary(static words => words[0], static words => long.Parse(words[1], CultureInfo.InvariantCulture));
}
