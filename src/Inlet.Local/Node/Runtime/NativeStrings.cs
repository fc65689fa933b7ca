using System.Runtime.InteropServices;
using System.Text;

namespace Inlet.Local.Node.Runtime;

/// <summary>Strings and blocks of memory the kernel reads, freed together.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private const int InvalidArgument = 22;

    private readonly List<nint> _blocks = [];

    /// <summary>UTF-8 with a closing zero. A zero inside would silently end the string for the kernel: it is refused.</summary>
    /// <exception cref="LaunchException">The text contains a zero character.</exception>
    public byte* Add(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new LaunchException("a command, path or variable contains a zero character, which cannot be passed to a process", InvalidArgument);
        }

        var length = Encoding.UTF8.GetByteCount(text);
        var memory = (byte*)Block(length + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(memory, length));
        return memory;
    }

    /// <summary>A list of strings closed by a null pointer, as <c>execve</c> takes.</summary>
    public byte** AddList(IReadOnlyCollection<string> texts)
    {
        var list = (byte**)Block((texts.Count + 1) * sizeof(byte*));
        var index = 0;
        foreach (var text in texts)
        {
            list[index++] = Add(text);
        }

        return list;
    }

    /// <summary>Zeroed memory.</summary>
    public void* Block(int bytes)
    {
        var memory = NativeMemory.AllocZeroed((nuint)bytes);
        _blocks.Add((nint)memory);
        return memory;
    }

    public void Dispose()
    {
        foreach (var block in _blocks)
        {
            NativeMemory.Free((void*)block);
        }

        _blocks.Clear();
    }
}
