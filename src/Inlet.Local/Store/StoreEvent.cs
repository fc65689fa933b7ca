namespace Inlet.Local.Store;

public enum StoreEventType
{
    Added,
    Modified,
    Deleted,
}

/// <summary>One committed write.</summary>
/// <param name="Object">The object after the write; for a deletion its last state, stamped with the deletion's revision.</param>
/// <param name="Previous">The object before the write; null when it was created.</param>
public sealed record StoreEvent(StoreEventType Type, StoredObject Object, StoredObject? Previous)
{
    public long Revision => Object.Revision;
}
