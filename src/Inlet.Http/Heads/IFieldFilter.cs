namespace Inlet.Http;

/// <summary>Decides about the fields of a head that would otherwise be copied as they are.</summary>
public interface IFieldFilter
{
    /// <summary>Whether fields of the name are not copied but handed to <see cref="Replace"/>.</summary>
    bool Concerns(ReadOnlySpan<byte> name);

    /// <summary>Writes what goes in the field's place: whole lines with their CRLF, or nothing.</summary>
    void Replace(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, ref ByteWriter writer);
}
