using Inlet.Local.Node.Runtime.Cgroups;

namespace Inlet.Local.Tests.Node.Runtime.Cgroups;

public sealed class CgroupHierarchiesTests
{
    private const string Unified = "30 29 0:27 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw";

    [Fact]
    public void Version_2_is_one_directory_for_both()
    {
        var found = CgroupHierarchies.Find([Unified], ["0::/user.slice/session-1.scope"], static path => path == "/sys/fs/cgroup/cgroup.controllers" ? "cpuset cpu io memory pids\n" : "");

        Assert.Equal(new CgroupHierarchies(true, "/sys/fs/cgroup", "/sys/fs/cgroup"), found);
        Assert.Single(found!.All);
    }

    [Fact]
    public void Version_1_beside_an_empty_version_2_is_a_directory_for_each_below_our_own_group()
    {
        string[] mounts =
        [
            "31 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
            "32 30 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct",
            "33 30 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
        ];

        var found = CgroupHierarchies.Find(mounts, ["4:memory:/box/a", "2:cpu,cpuacct:/", "0::/"], static _ => "");

        Assert.Equal(new CgroupHierarchies(false, "/sys/fs/cgroup/memory/box/a", "/sys/fs/cgroup/cpu,cpuacct"), found);
    }

    [Theory]
    [InlineData("cpu pids")]
    [InlineData("")]
    public void Version_2_without_the_controllers_is_of_no_use(string controllers) =>
        Assert.Null(CgroupHierarchies.Find([Unified], ["0::/"], _ => controllers));
}
