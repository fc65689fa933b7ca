using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>The published endpoints by backend id. Many readers, none of which ever waits; writers take turns.</summary>
internal sealed class EndpointSets
{
    private readonly Lock _writers = new();
    private volatile BackendEndpoints?[] _sets = new BackendEndpoints?[64];

    public BackendEndpoints? Find(int backend)
    {
        var sets = _sets;
        return (uint)backend < (uint)sets.Length ? Volatile.Read(ref sets[backend]) : null;
    }

    public void Put(int backend, BackendEndpoints endpoints)
    {
        // Guards growth only: an element written to an array that is being replaced would be lost.
        lock (_writers)
        {
            var sets = _sets;
            if (backend >= sets.Length)
            {
                Array.Resize(ref sets, Math.Max(backend + 1, sets.Length * 2));
            }

            Volatile.Write(ref sets[backend], endpoints);
            _sets = sets;
        }
    }
}
