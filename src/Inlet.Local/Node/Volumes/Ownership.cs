using Inlet.Local.Node.Runtime;

namespace Inlet.Local.Node.Volumes;

/// <summary>Gives files away, which only root may; for others the files stay their own and nothing is lost.</summary>
internal static unsafe class Ownership
{
    private const uint Unchanged = uint.MaxValue;

    public static void GiveToGroup(string path, uint group) => Give(path, Unchanged, group);

    public static void Give(string path, uint user, uint group)
    {
        using var strings = new NativeStrings();
        _ = Libc.lchown(strings.Add(path), user, group);
    }
}
