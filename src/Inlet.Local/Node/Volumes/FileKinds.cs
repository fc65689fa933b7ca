using System.Buffers.Binary;
using Inlet.Local.Node.Runtime;

namespace Inlet.Local.Node.Volumes;

internal enum UnixFileKind
{
    Unknown = 0,
    CharacterDevice = 2,
    Directory = 4,
    BlockDevice = 6,
    Regular = 8,
    Socket = 12,
}

/// <summary>What kind of file a path leads to; .NET tells directories and files apart, not devices and sockets.</summary>
internal static unsafe class FileKinds
{
    // struct statx, the same on every architecture.
    private const int StatxBytes = 256;
    private const int ModeOffset = 28;
    private const uint WantType = 1;

    public static UnixFileKind Of(string path)
    {
        using var strings = new NativeStrings();
        var result = (byte*)strings.Block(StatxBytes);
        if (Libc.statx(Libc.CurrentDirectory, strings.Add(path), 0, WantType, result) < 0)
        {
            return UnixFileKind.Unknown;
        }

        var mode = BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(result + ModeOffset, sizeof(ushort)));
        return (UnixFileKind)(mode >> 12);
    }
}
