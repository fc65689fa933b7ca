using System.Text;

namespace Inlet.Http;

/// <summary>Drops the fields of certain names, which are compared without case.</summary>
public sealed class DroppedFields : IFieldFilter
{
    private readonly byte[][] _names;

    // One bit per length of a name, the last one for all that are longer: most fields are known not to be meant by it.
    private readonly ulong _lengths;

    public DroppedFields(IEnumerable<string> names)
    {
        _names = [.. names.Distinct(StringComparer.OrdinalIgnoreCase).Select(Encoding.ASCII.GetBytes)];
        foreach (var name in _names)
        {
            _lengths |= Bit(name);
        }
    }

    public bool Concerns(ReadOnlySpan<byte> name)
    {
        if ((_lengths & Bit(name)) == 0)
        {
            return false;
        }

        foreach (var dropped in _names)
        {
            if (Ascii.EqualsIgnoreCase(name, dropped))
            {
                return true;
            }
        }

        return false;
    }

    public void Replace(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, ref ByteWriter writer)
    {
    }

    private static ulong Bit(ReadOnlySpan<byte> name) => 1UL << Math.Min(name.Length, 63);
}
