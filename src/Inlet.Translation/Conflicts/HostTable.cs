using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Which fragments claim something of which host, and each host's model as last merged.</summary>
internal sealed class HostTable
{
    // Sorted, so that the model does not depend on the order in which hosts appeared.
    private readonly SortedList<string, Host> _hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<ObjectKey, HashSet<string>> _hostsOfObject = [];
    private readonly HashSet<string> _changed = [];

    // By the host whose routes they serve too.
    private readonly Dictionary<string, HashSet<string>> _aliasesOf = [];

    public void Add(IngressFragment fragment)
    {
        foreach (var name in fragment.Hosts)
        {
            if (!_hosts.TryGetValue(name, out var host))
            {
                host = new Host();
                _hosts.Add(name, host);
            }

            host.Fragments[fragment.Age] = fragment;
            _changed.Add(name);
        }
    }

    public void Remove(IngressFragment fragment)
    {
        foreach (var name in fragment.Hosts)
        {
            if (_hosts.TryGetValue(name, out var host))
            {
                host.Fragments.Remove(fragment.Age);
                _changed.Add(name);
            }
        }
    }

    /// <summary>A Secret or ConfigMap: of two with one name either may be meant, and to merge once too often harms nobody.</summary>
    public void ObjectChanged(ObjectKey key)
    {
        if (_hostsOfObject.TryGetValue(key, out var hosts))
        {
            _changed.UnionWith(hosts);
        }
    }

    /// <summary>Merges what changed. A host whose model comes out equal keeps the one it had.</summary>
    /// <param name="changedModels">Receives the models that are new or different.</param>
    /// <returns>Whether any model changed, came or went.</returns>
    public bool Merge(ClusterObjects objects, List<HostModel> changedModels)
    {
        var anyChanged = false;
        foreach (var name in _changed.ToList())
        {
            _changed.UnionWith(_aliasesOf.GetValueOrDefault(name) ?? []);
        }

        foreach (var name in _changed)
        {
            var host = _hosts[name];
            var (model, verdicts, used) = MergeHost(name, host, objects);
            Relink(name, host.Uses, used);
            host.Uses = used;
            host.Verdicts = verdicts;
            if (model != host.Model)
            {
                host.Model = model;
                anyChanged = true;
                if (model is not null)
                {
                    changedModels.Add(model);
                }
            }

            if (host.Fragments.Count == 0)
            {
                _hosts.Remove(name);
            }
        }

        _changed.Clear();
        return anyChanged;
    }

    private (HostModel? Model, EquatableArray<Verdict> Verdicts, HashSet<ObjectKey> Uses) MergeHost(string name, Host host, ClusterObjects objects)
    {
        IReadOnlyList<IngressFragment> fragments = [.. host.Fragments.Values];
        var own = HostMerge.Merge(name, fragments, objects);
        var alias = AliasMerge.Choose(name, fragments);
        if (host.AliasOf is { } before && before != alias.Of && _aliasesOf.TryGetValue(before, out var old) && old.Remove(name) && old.Count == 0)
        {
            _aliasesOf.Remove(before);
        }

        host.AliasOf = alias.Of;
        EquatableArray<Verdict> verdicts = [.. own.Verdicts, .. alias.Verdicts];
        if (alias.Of is not { } target)
        {
            return (own.Model, verdicts, own.Uses);
        }

        if (!_aliasesOf.TryGetValue(target, out var aliases))
        {
            _aliasesOf[target] = aliases = [];
        }

        aliases.Add(name);
        // What there is to say about those routes is said where they are written.
        var served = HostMerge.Merge(target, [.. _hosts[target].Fragments.Values], objects);
        own.Uses.UnionWith(served.Uses);
        return (AliasMerge.Rename(served.Model, name, own.Model), verdicts, own.Uses);
    }

    public EquatableArray<HostModel> Models() =>
        _hosts.Values.Where(static host => host.Model is not null).Select(static host => host.Model!).ToEquatableArray();

    public void AddVerdicts(List<Verdict> verdicts)
    {
        foreach (var host in _hosts.Values)
        {
            verdicts.AddRange(host.Verdicts);
        }
    }

    private void Relink(string host, HashSet<ObjectKey> before, HashSet<ObjectKey> after)
    {
        foreach (var key in before.Where(key => !after.Contains(key)))
        {
            if (_hostsOfObject.TryGetValue(key, out var hosts) && hosts.Remove(host) && hosts.Count == 0)
            {
                _hostsOfObject.Remove(key);
            }
        }

        foreach (var key in after)
        {
            if (!_hostsOfObject.TryGetValue(key, out var hosts))
            {
                _hostsOfObject[key] = hosts = [];
            }

            hosts.Add(host);
        }
    }

    private sealed class Host
    {
        public SortedDictionary<IngressAge, IngressFragment> Fragments { get; } = [];

        public HostModel? Model { get; set; }

        /// <summary>The host whose routes are served under this name; null where it has its own.</summary>
        public string? AliasOf { get; set; }

        public EquatableArray<Verdict> Verdicts { get; set; }

        public HashSet<ObjectKey> Uses { get; set; } = [];
    }
}
