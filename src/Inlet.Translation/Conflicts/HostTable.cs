using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Which fragments claim something of which host, and each host's model as last merged.</summary>
internal sealed class HostTable(TranslationOptions options)
{
    // Sorted, so that the model does not depend on the order in which hosts appeared.
    private readonly SortedList<string, Host> _hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<ObjectKey, HashSet<string>> _hostsOfSecret = [];
    private readonly HashSet<string> _changed = [];

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

    public void SecretChanged(ObjectKey secret)
    {
        if (_hostsOfSecret.TryGetValue(secret, out var hosts))
        {
            _changed.UnionWith(hosts);
        }
    }

    /// <summary>Merges what changed. A host whose model comes out equal keeps the one it had.</summary>
    /// <param name="changedModels">Receives the models that are new or different.</param>
    /// <returns>Whether any model changed, came or went.</returns>
    public bool Merge(SecretStore secrets, List<HostModel> changedModels)
    {
        var anyChanged = false;
        foreach (var name in _changed)
        {
            var host = _hosts[name];
            var (model, verdicts, used) = HostMerge.Merge(name, [.. host.Fragments.Values], secrets, options);
            Relink(name, host.Secrets, used);
            host.Secrets = used;
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
        foreach (var secret in before.Where(secret => !after.Contains(secret)))
        {
            if (_hostsOfSecret.TryGetValue(secret, out var hosts) && hosts.Remove(host) && hosts.Count == 0)
            {
                _hostsOfSecret.Remove(secret);
            }
        }

        foreach (var secret in after)
        {
            if (!_hostsOfSecret.TryGetValue(secret, out var hosts))
            {
                _hostsOfSecret[secret] = hosts = [];
            }

            hosts.Add(host);
        }
    }

    private sealed class Host
    {
        public SortedDictionary<IngressAge, IngressFragment> Fragments { get; } = [];

        public HostModel? Model { get; set; }

        public EquatableArray<Verdict> Verdicts { get; set; }

        public HashSet<ObjectKey> Secrets { get; set; } = [];
    }
}
