namespace Inlet.Local.Store;

/// <summary>The data directory cannot be used; the message names it and the remedy and is meant for the user.</summary>
public sealed class StoreUnusableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The object was not at the expected revision when the write's turn came. Nothing was written.</summary>
/// <param name="actual">What the store holds now; null when the object does not exist.</param>
public sealed class StoreConflictException(StoreKey key, StoredObject? actual)
    : Exception(actual is null ? $"{key} does not exist" : $"{key} is at revision {actual.Revision}")
{
    public StoreKey Key { get; } = key;

    public StoredObject? Actual { get; } = actual;
}

/// <summary>The revision asked for is no longer kept.</summary>
/// <param name="compacted">Every revision up to and including this one is gone.</param>
public sealed class RevisionCompactedException(long revision, long compacted)
    : Exception($"too old resource version: {revision} ({compacted})")
{
    public long Revision { get; } = revision;

    public long Compacted { get; } = compacted;
}
