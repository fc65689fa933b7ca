using System.Buffers.Binary;
using System.Formats.Tar;
using System.Runtime.InteropServices;

namespace Inlet.Local.Node.Runtime.Engine;

/// <summary>
/// The image of the container that holds a pod's namespaces while its others come and go: one program that waits for ever. It is
/// made here, a few instructions in a bare ELF file, because a registry that has one may not be there.
/// </summary>
internal static class PauseImage
{
    public const string Name = "localhost/inlet-pause";
    public const string Command = "/pause";

    private const ulong LoadAddress = 0x400000;
    private const int FileHeaderBytes = 64;
    private const int ProgramHeaderBytes = 56;

    // pause(2), again and again.
    private static readonly byte[] X64 = [0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7];

    // ppoll(2) of nothing without a limit: there is no pause(2) on ARM64. movz x0…x4; movz x8, 73; svc 0; b -7.
    private static readonly byte[] Arm64 =
        [.. new uint[] { 0xD2800000, 0xD2800001, 0xD2800002, 0xD2800003, 0xD2800004, 0xD2800928, 0xD4000001, 0x17FFFFF9 }.SelectMany(BitConverter.GetBytes)];

    /// <summary>A file system with the program alone, as the engine imports it.</summary>
    public static async Task<Stream> TarAsync(CancellationToken cancellationToken)
    {
        var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            var entry = new PaxTarEntry(TarEntryType.RegularFile, Command[1..])
            {
                Mode = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute,
                DataStream = new MemoryStream(Program(RuntimeInformation.OSArchitecture)),
            };
            await writer.WriteEntryAsync(entry, cancellationToken);
        }

        tar.Position = 0;
        return tar;
    }

    internal static byte[] Program(Architecture architecture)
    {
        const ushort Executable = 2, MachineX64 = 62, MachineArm64 = 183, Load = 1, ReadAndExecute = 5;
        var code = architecture == Architecture.Arm64 ? Arm64 : X64;
        var file = new byte[FileHeaderBytes + ProgramHeaderBytes + code.Length];
        var header = file.AsSpan();
        // 64 bits, little endian, version 1.
        ((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]).CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[16..], Executable);
        BinaryPrimitives.WriteUInt16LittleEndian(header[18..], architecture == Architecture.Arm64 ? MachineArm64 : MachineX64);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], LoadAddress + FileHeaderBytes + ProgramHeaderBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], FileHeaderBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(header[52..], FileHeaderBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(header[54..], ProgramHeaderBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(header[56..], 1);
        var segment = header[FileHeaderBytes..];
        BinaryPrimitives.WriteUInt32LittleEndian(segment, Load);
        BinaryPrimitives.WriteUInt32LittleEndian(segment[4..], ReadAndExecute);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[16..], LoadAddress);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[24..], LoadAddress);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[32..], (ulong)file.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[40..], (ulong)file.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[48..], 0x1000);
        code.CopyTo(segment[ProgramHeaderBytes..]);
        return file;
    }
}
