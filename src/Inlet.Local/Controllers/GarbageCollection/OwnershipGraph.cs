namespace Inlet.Local.Controllers.GarbageCollection;

/// <summary>Every object of the cluster by its uid, and who names whom as owner. Safe for concurrent use.</summary>
internal sealed class OwnershipGraph
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, OwnedObject> _objects = [];
    private readonly Dictionary<string, HashSet<string>> _dependents = [];

    public OwnedObject? Find(string uid)
    {
        lock (_gate)
        {
            return _objects.GetValueOrDefault(uid);
        }
    }

    /// <summary>The objects that name <paramref name="uid"/> as an owner, whether that one exists or not.</summary>
    public IReadOnlyList<OwnedObject> Dependents(string uid)
    {
        lock (_gate)
        {
            return _dependents.TryGetValue(uid, out var dependents) ? [.. dependents.Select(dependent => _objects[dependent])] : [];
        }
    }

    public void Put(OwnedObject obj)
    {
        lock (_gate)
        {
            RemoveLocked(obj.Uid);
            _objects[obj.Uid] = obj;
            foreach (var owner in obj.Owners)
            {
                if (!_dependents.TryGetValue(owner.Uid, out var dependents))
                {
                    _dependents[owner.Uid] = dependents = [];
                }

                dependents.Add(obj.Uid);
            }
        }
    }

    public void Remove(string uid)
    {
        lock (_gate)
        {
            RemoveLocked(uid);
        }
    }

    private void RemoveLocked(string uid)
    {
        if (!_objects.Remove(uid, out var obj))
        {
            return;
        }

        foreach (var owner in obj.Owners)
        {
            if (_dependents.TryGetValue(owner.Uid, out var dependents) && dependents.Remove(uid) && dependents.Count == 0)
            {
                _dependents.Remove(owner.Uid);
            }
        }
    }
}
