using Inlet.Local.Node;

namespace Inlet.Local.Tests.Node.Harness;

/// <summary>Skips a test, with the reason, where this user may not do what it needs.</summary>
internal static class Requires
{
    public static void Mounts() => Assert.SkipUnless(
        HasAdministration(), "pods with files of their own need CAP_SYS_ADMIN, which this user has not");

    public static void Namespaces() => Assert.SkipUnless(
        HasAdministration(), "pods with a network of their own need CAP_SYS_ADMIN and CAP_NET_ADMIN, which this user has not");

    private static bool HasAdministration() => NodeNetwork.Plan(Path.GetTempPath(), PodNetworkMode.Auto).Mode == PodNetworkMode.Namespace;
}
