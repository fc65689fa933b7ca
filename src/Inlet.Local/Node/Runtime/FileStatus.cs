using System.Buffers.Binary;

namespace Inlet.Local.Node.Runtime;

internal enum UnixFileKind
{
    CharacterDevice = 2,
    Directory = 4,
    BlockDevice = 6,
    Regular = 8,
    Socket = 12,
}

/// <summary>What a path leads to and whose it is; .NET tells directories and files apart, not devices, sockets and owners.</summary>
/// <param name="Permissions">With set-id and sticky bits.</param>
internal readonly record struct FileStatus(UnixFileKind Kind, uint Permissions, uint User, uint Group)
{
    // struct statx, the same on every architecture.
    private const int StatxBytes = 256;
    private const int UserOffset = 20;
    private const int GroupOffset = 24;
    private const int ModeOffset = 28;
    private const uint BasicFields = 0x7FF;

    /// <summary>Null when there is nothing, or nothing to be seen by this user.</summary>
    public static unsafe FileStatus? Of(string path)
    {
        using var strings = new NativeStrings();
        var result = (byte*)strings.Block(StatxBytes);
        if (Libc.statx(Libc.CurrentDirectory, strings.Add(path), 0, BasicFields, result) < 0)
        {
            return null;
        }

        var fields = new ReadOnlySpan<byte>(result, StatxBytes);
        var mode = BinaryPrimitives.ReadUInt16LittleEndian(fields[ModeOffset..]);
        return new FileStatus(
            (UnixFileKind)(mode >> 12), mode & 0xFFFu, BinaryPrimitives.ReadUInt32LittleEndian(fields[UserOffset..]),
            BinaryPrimitives.ReadUInt32LittleEndian(fields[GroupOffset..]));
    }
}
