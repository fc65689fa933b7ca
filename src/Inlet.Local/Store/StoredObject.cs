using System.Text.Json.Nodes;

namespace Inlet.Local.Store;

/// <summary>One revision of one object. Immutable: readers share it without a lock.</summary>
public sealed class StoredObject(StoreKey key, long revision, byte[] utf8)
{
    private JsonObject? _object;

    public StoreKey Key { get; } = key;

    /// <summary>The write that made this revision; the same number as <c>metadata.resourceVersion</c>.</summary>
    public long Revision { get; } = revision;

    /// <summary>The object as JSON, exactly as a GET answers it: lists are written from these bytes without parsing.</summary>
    public ReadOnlyMemory<byte> Utf8 => utf8;

    /// <summary>
    /// Parsed once and shared: for reading only. Whoever wants to change it takes <see cref="Copy"/>. (Concurrent reads of
    /// a parsed <see cref="JsonObject"/> are safe; a single write to it would show up in every reader's answer.)
    /// </summary>
    public JsonObject Object => _object ??= Copy();

    /// <summary>The same object stamped with a later revision: how a watch whose selector it left sees it go.</summary>
    internal StoredObject At(long later) => new(Key, later, ObjectBytes.Stamp(Copy(), later));

    /// <summary>A tree of the caller's own.</summary>
    public JsonObject Copy() => JsonNode.Parse(utf8)!.AsObject();
}
