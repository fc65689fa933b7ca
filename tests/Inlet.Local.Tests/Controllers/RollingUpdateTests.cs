using CsCheck;
using Inlet.Local.Controllers.Deployments;

namespace Inlet.Local.Tests.Controllers;

public sealed class RollingUpdateTests
{
    [Theory]
    [InlineData(10, "25%", "25%", 3, 2)]
    [InlineData(3, "25%", "25%", 1, 0)]
    [InlineData(1, "0%", "10%", 0, 1)]
    [InlineData(0, "1", "1", 1, 0)]
    [InlineData(5, "2", "7", 2, 5)]
    [InlineData(7, "150%", "0", 11, 0)]
    public void Limits_round_a_surge_up_and_what_may_be_missing_down(int replicas, string surge, string unavailable, int expectedSurge, int expectedUnavailable)
    {
        var deployment = TestCluster.Json($$"""
            {"spec":{"replicas":{{replicas}},"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":"{{surge}}","maxUnavailable":"{{unavailable}}"} } } }
            """);

        Assert.Equal(new RolloutLimits(expectedSurge, expectedUnavailable), RolloutLimits.Of(deployment));
    }

    /// <summary>From any state on the way, each step keeps within the limits, and steps come to an end with all pods new.</summary>
    [Fact]
    public void Steps_keep_within_the_limits_and_come_to_the_end()
    {
        var gen =
            from desired in Gen.Int[0, 12]
            from surge in Gen.Int[0, 4]
            from unavailable in Gen.Int[0, 4]
            from olds in Gen.Int[0, 6].Array[0, 3]
            from broken in Gen.Int[0, 6].Array[3]
            from @new in Gen.Int[0, 8]
            select (desired, new RolloutLimits(surge, surge == 0 && unavailable == 0 ? 1 : Math.Min(unavailable, desired)), olds, broken, @new);

        gen.Sample((desired, limits, olds, broken, newReplicas) =>
        {
            var old = olds.Select((replicas, i) => new ReplicaSetSize($"old{i}", DateTimeOffset.UnixEpoch.AddSeconds(i), replicas, Math.Max(0, replicas - broken[i]))).ToList();
            var current = new ReplicaSetSize("new", DateTimeOffset.UnixEpoch.AddHours(1), newReplicas, newReplicas);
            for (var step = 0; step < 100; step++)
            {
                var total = old.Sum(s => s.Replicas) + current.Replicas;
                var available = old.Sum(s => s.Available) + current.Available;
                var size = current.Replicas > desired ? desired : RollingUpdate.GrowNew(current.Replicas, total, desired, limits);
                Assert.True(size <= current.Replicas || total - current.Replicas + size <= desired + limits.Surge);
                current = current with { Replicas = size, Available = Math.Min(size, current.Available) };

                var sizes = RollingUpdate.ShrinkOld(old, current, desired, limits);
                old = [.. old.Select(s => sizes.TryGetValue(s, out var n) ? s with { Replicas = n, Available = Math.Min(s.Available, n) } : s)];
                var left = old.Sum(s => s.Available) + current.Available;
                Assert.True(left >= Math.Min(available, desired - limits.Unavailable));
                current = current with { Available = current.Replicas };
            }

            Assert.Equal(desired, current.Replicas);
            Assert.All(old, s => Assert.Equal(0, s.Replicas));
        });
    }

    [Fact]
    public void Proportional_sizes_add_up_to_what_is_allowed()
    {
        var gen =
            from desired in Gen.Int[0, 30]
            from surge in Gen.Int[0, 10]
            from sets in Gen.Int[1, 20].Array[2, 4]
            from before in Gen.Int[1, 40]
            select (desired, surge, sets, before);

        gen.Sample((desired, surge, sets, before) =>
        {
            var sizes = sets.Select((replicas, i) => new ReplicaSetSize($"s{i}", DateTimeOffset.UnixEpoch.AddSeconds(i), replicas, replicas)).ToList();
            var scaled = RollingUpdate.ScaleProportionally(sizes, desired, new RolloutLimits(surge, 1), _ => before);

            Assert.Equal(desired == 0 ? 0 : desired + surge, scaled.Values.Sum());
            Assert.All(scaled.Values, size => Assert.True(size >= 0));
        });
    }
}
