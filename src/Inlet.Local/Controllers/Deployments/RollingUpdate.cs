using System.Globalization;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Controllers.Deployments;

/// <summary>How many pods a Deployment may have too many and too few while it is updated.</summary>
/// <param name="Surge">Above the replicas asked for.</param>
/// <param name="Unavailable">Below them.</param>
internal readonly record struct RolloutLimits(int Surge, int Unavailable)
{
    public static RolloutLimits Of(JsonObject deployment)
    {
        var strategy = deployment.Object("spec").Object("strategy");
        var replicas = deployment.Replicas();
        if (strategy.String("type") == "Recreate")
        {
            return new RolloutLimits(0, 0);
        }

        var rolling = strategy.Object("rollingUpdate");
        // Percentages: a surge rounds up, what may be missing rounds down.
        var surge = Resolve(rolling?["maxSurge"], replicas, roundUp: true);
        var unavailable = Resolve(rolling?["maxUnavailable"], replicas, roundUp: false);
        // Both zero (by rounding) could never get on.
        unavailable = surge == 0 && unavailable == 0 ? 1 : unavailable;
        return new RolloutLimits(surge, Math.Min(unavailable, replicas));
    }

    /// <summary>An absolute number, or a percentage of <paramref name="total"/>; 25% when left out.</summary>
    public static int Resolve(JsonNode? value, int total, bool roundUp)
    {
        var text = value?.ToString() ?? "25%";
        if (!text.EndsWith('%'))
        {
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        }

        var share = int.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) ? (long)percent * total : 0;
        return (int)(roundUp ? (share + 99) / 100 : share / 100);
    }
}

/// <summary>The arithmetic of a rolling update: which size each ReplicaSet gets next. Sizes only, no I/O.</summary>
internal static class RollingUpdate
{
    /// <summary>The next size of the newest ReplicaSet while it grows.</summary>
    /// <param name="total">Replicas of all ReplicaSets together.</param>
    public static int GrowNew(int current, int total, int desired, RolloutLimits limits)
    {
        var room = desired + limits.Surge - total;
        return room <= 0 ? current : current + Math.Min(room, desired - current);
    }

    /// <summary>
    /// The next sizes of the old ReplicaSets, those that change only. Pods that are not available anyway go first: they cost
    /// nobody anything. Then available ones, as long as enough are left.
    /// </summary>
    /// <param name="old">Oldest first.</param>
    public static IReadOnlyDictionary<ReplicaSetSize, int> ShrinkOld(
        IReadOnlyList<ReplicaSetSize> old, ReplicaSetSize @new, int desired, RolloutLimits limits)
    {
        var sizes = old.ToDictionary(set => set, set => set.Replicas);
        var least = desired - limits.Unavailable;
        var total = old.Sum(set => set.Replicas) + @new.Replicas;
        // New pods that are not yet available count as missing, or a broken version would push out the working one.
        var mayGo = total - least - (@new.Replicas - @new.Available);
        foreach (var set in old)
        {
            var unavailable = Math.Min(set.Replicas - set.Available, mayGo);
            if (unavailable > 0)
            {
                sizes[set] -= unavailable;
                mayGo -= unavailable;
            }
        }

        var spare = mayGo <= 0 ? 0 : Math.Min(mayGo, old.Sum(set => set.Available) + @new.Available - least);
        foreach (var set in old)
        {
            var go = Math.Min(sizes[set], spare);
            if (go > 0)
            {
                sizes[set] -= go;
                spare -= go;
            }
        }

        return sizes.Where(size => size.Value != size.Key.Replicas).ToDictionary();
    }

    /// <summary>
    /// When a Deployment is scaled while several ReplicaSets have pods, each gets its share of the change, so that a rollout
    /// that fails does not take all new pods.
    /// </summary>
    /// <param name="sets">With pods.</param>
    /// <param name="before">The most pods the Deployment could have before; null where a ReplicaSet does not remember.</param>
    public static IReadOnlyDictionary<ReplicaSetSize, int> ScaleProportionally(
        IReadOnlyList<ReplicaSetSize> sets, int desired, RolloutLimits limits, Func<ReplicaSetSize, long> before)
    {
        var allowed = desired > 0 ? desired + limits.Surge : 0;
        var change = allowed - sets.Sum(set => set.Replicas);
        // Largest first; of equals the newest when growing, the oldest when shrinking.
        var ordered = change > 0
            ? sets.OrderByDescending(set => set.Replicas).ThenByDescending(set => set.CreatedAt).ThenByDescending(set => set.Name, StringComparer.Ordinal)
            : sets.OrderByDescending(set => set.Replicas).ThenBy(set => set.CreatedAt).ThenBy(set => set.Name, StringComparer.Ordinal);
        var sizes = new Dictionary<ReplicaSetSize, int>();
        var given = 0;
        foreach (var set in ordered)
        {
            var share = Share(set, desired, allowed, change - given, before(set));
            sizes[set] = set.Replicas + share;
            given += share;
        }

        // What rounding left over goes to the first that can take it.
        var left = change - given;
        foreach (var set in sizes.Keys.ToList())
        {
            var size = Math.Max(0, sizes[set] + left);
            left -= size - sizes[set];
            sizes[set] = size;
        }

        return sizes;
    }

    private static int Share(ReplicaSetSize set, int desired, int allowed, int left, long before)
    {
        if (set.Replicas == 0 || left == 0)
        {
            return 0;
        }

        var wanted = desired == 0 || before <= 0
            ? -set.Replicas
            : (int)Math.Round((double)set.Replicas * allowed / before, MidpointRounding.AwayFromZero) - set.Replicas;
        return left > 0 ? Math.Clamp(wanted, 0, left) : Math.Clamp(wanted, left, 0);
    }
}

/// <param name="Replicas">Asked for.</param>
/// <param name="Available">Of those, available.</param>
internal sealed record ReplicaSetSize(string Name, DateTimeOffset CreatedAt, int Replicas, int Available)
{
    public static ReplicaSetSize Of(JsonObject replicaSet) =>
        new(replicaSet.Name(), replicaSet.CreatedAt(), replicaSet.Replicas(), replicaSet.Status("availableReplicas"));
}
