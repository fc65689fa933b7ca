using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>What the objects seen so far mean.</summary>
/// <param name="Changed">The hosts of the model that are new or different since the last call.</param>
/// <param name="Ours">The Ingresses that are ours, in no particular order.</param>
public sealed record TranslationResult(
    RouteModel Model, IReadOnlyList<HostModel> Changed, EquatableArray<Verdict> Verdicts, IReadOnlyCollection<Ingress> Ours);

/// <summary>
/// Ingresses, classes and Secrets → route model and verdicts, incrementally: an object is translated once per version, a host
/// merged when something that concerns it changed. The result is always that of a new translator given the same objects.
/// No clock, logger or network; one caller at a time.
/// </summary>
public sealed class Translator(TranslationOptions options)
{
    private readonly ClassSelection _classes = new(options);
    private readonly ClusterObjects _objects = new(options);
    private readonly Dictionary<ObjectKey, Entry> _entries = [];
    private readonly HostTable _hosts = new();
    private readonly Dictionary<ObjectKey, EquatableArray<Verdict>> _unreadable = [];
    private readonly SortedDictionary<IngressAge, IngressFragment> _catchAlls = [];
    private bool _defaultChanged;
    private DefaultBackendResult _default = DefaultBackendResult.None;
    private RouteModel _model = RouteModel.Empty;

    public IEnumerable<IngressClass> Classes => _classes.All;

    /// <summary>An Ingress as it is now.</summary>
    public void Put(Ingress ingress)
    {
        var key = (ingress.Metadata ?? new ObjectMeta()).Key;
        var before = _entries.GetValueOrDefault(key) is { IsOurs: true, InForce: not null } served ? served : null;
        Remove(key);
        var entry = new Entry(ingress, options);
        if (options.IsIngressNginx && _classes.IsOurs(ingress) && entry.Fragment.IsDropped)
        {
            entry.Serve(before);
        }

        _entries[key] = entry;
        Include(entry);
    }

    /// <summary>An Ingress that cannot even be read: it is not served, and says why.</summary>
    /// <param name="problem">With the path of the field.</param>
    public void PutUnreadable(ObjectReference ingress, string problem)
    {
        var key = new ObjectKey(ingress.Namespace, ingress.Name);
        Remove(key);
        _unreadable[key] =
            [new Verdict(ingress, "", VerdictOutcome.Refused, VerdictCodes.ObjectUnreadable, $"The Ingress cannot be read and is not served: {problem}")];
    }

    public void RemoveIngress(ObjectKey key) => Remove(key);

    public void Put(IngressClass ingressClass)
    {
        _classes.Put(ingressClass);
        Reselect();
    }

    public void RemoveIngressClass(ObjectKey key)
    {
        _classes.Remove(key.Name);
        Reselect();
    }

    public void Put(Secret secret)
    {
        _objects.Secrets.Put(secret);
        ObjectChanged((secret.Metadata ?? new ObjectMeta()).Key);
    }

    public void RemoveSecret(ObjectKey key)
    {
        _objects.Secrets.Remove(key);
        ObjectChanged(key);
    }

    public void Put(ConfigMap map)
    {
        _objects.Put(map);
        ObjectChanged((map.Metadata ?? new ObjectMeta()).Key);
    }

    public void RemoveConfigMap(ObjectKey key)
    {
        _objects.RemoveConfigMap(key);
        ObjectChanged(key);
    }

    private void ObjectChanged(ObjectKey key)
    {
        _hosts.ObjectChanged(key);
        _defaultChanged |= _default.Uses.Contains(key);
    }

    /// <summary>One that knows all that this one knows, and reads it by other options.</summary>
    public Translator With(TranslationOptions other)
    {
        var copy = new Translator(other);
        _classes.CopyTo(copy._classes);
        _objects.CopyTo(copy._objects);
        foreach (var entry in _entries.Values)
        {
            if (entry.InForce is { } good && !ReferenceEquals(good, entry.Ingress))
            {
                copy.Put(good);
            }

            copy.Put(entry.Ingress);
        }

        foreach (var (key, verdicts) in _unreadable)
        {
            copy._unreadable[key] = verdicts;
        }

        return copy;
    }

    /// <summary>The model keeps its reference while nothing in it changed.</summary>
    public TranslationResult Translate()
    {
        if (_defaultChanged)
        {
            _default = DefaultBackendMerge.Merge([.. _catchAlls.Values], _objects);
            _defaultChanged = false;
        }

        var changed = new List<HostModel>();
        var hostsChanged = _hosts.Merge(_objects, changed);
        var fallback = _default.Split ?? (options.DefaultBackend is { } backend ? new Split(backend, []) : null);
        if (hostsChanged || _model.DefaultBackend != fallback || _model.DefaultPolicies != _default.Policies)
        {
            _model = new RouteModel(hostsChanged ? _hosts.Models() : _model.Hosts, fallback) { DefaultPolicies = _default.Policies };
        }

        return new TranslationResult(_model, changed, Verdicts(), [.. _entries.Values.Where(static entry => entry.IsOurs).Select(static entry => entry.Ingress)]);
    }

    private EquatableArray<Verdict> Verdicts()
    {
        var verdicts = new List<Verdict>();
        foreach (var entry in _entries.Values)
        {
            if (entry.IsOurs)
            {
                verdicts.AddRange(entry.Fragment.Verdicts);
            }
        }

        foreach (var unreadable in _unreadable.Values)
        {
            verdicts.AddRange(unreadable);
        }

        _hosts.AddVerdicts(verdicts);
        verdicts.AddRange(_default.Verdicts);
        // The same whatever the order in which objects arrived.
        verdicts.Sort(static (left, right) =>
            Compare(left.Object.Namespace, right.Object.Namespace, left.Object.Name, right.Object.Name, left.Field, right.Field, left.Code, right.Code, left.Message, right.Message));
        return verdicts.ToEquatableArray();
    }

    private static int Compare(params ReadOnlySpan<string> pairs)
    {
        for (var index = 0; index < pairs.Length; index += 2)
        {
            if (string.CompareOrdinal(pairs[index], pairs[index + 1]) is not 0 and var order)
            {
                return order;
            }
        }

        return 0;
    }

    private void Reselect()
    {
        foreach (var entry in _entries.Values)
        {
            if (entry.IsOurs != _classes.IsOurs(entry.Ingress))
            {
                Exclude(entry);
                Include(entry);
            }
        }
    }

    private void Include(Entry entry)
    {
        entry.IsOurs = _classes.IsOurs(entry.Ingress);
        if (!entry.IsOurs)
        {
            return;
        }

        _hosts.Add(entry.Fragment);
        if (entry.Fragment.DefaultBackend is not null)
        {
            _catchAlls[entry.Fragment.Age] = entry.Fragment;
            _defaultChanged = true;
        }
    }

    private void Exclude(Entry entry)
    {
        if (!entry.IsOurs)
        {
            return;
        }

        entry.IsOurs = false;
        _hosts.Remove(entry.Fragment);
        _defaultChanged |= entry.Fragment.DefaultBackend is not null && _catchAlls.Remove(entry.Fragment.Age);
    }

    private void Remove(ObjectKey key)
    {
        _unreadable.Remove(key);
        if (_entries.Remove(key, out var entry))
        {
            Exclude(entry);
        }
    }

    private sealed class Entry(Ingress ingress, TranslationOptions options)
    {
        private IngressFragment? _fragment;

        public Ingress Ingress { get; } = ingress;

        /// <summary>Made when first needed: Ingresses of other classes are never translated.</summary>
        public IngressFragment Fragment => _fragment ??= IngressReader.Read(Ingress, options);

        public bool IsOurs { get; set; }

        /// <summary>The version that is served; null for none.</summary>
        public Ingress? InForce { get; private set; } = ingress;

        /// <summary>In place of what this version says: what the version before said, or nothing.</summary>
        public void Serve(Entry? before)
        {
            InForce = before?.InForce;
            var kept = before is null
                ? Fragment with { Paths = [], Tls = [], DefaultBackend = null }
                : before.Fragment with { Verdicts = Fragment.Verdicts };
            var note = new Verdict(Fragment.Source, "", VerdictOutcome.Refused, VerdictCodes.VersionNotServed, before is null
                ? "The Ingress is not served at all for what is wrong with it. Correct it."
                : "The version of the Ingress before this one stays in force. Correct it, or the next start of the controller will not serve it.");
            _fragment = kept with { Verdicts = [.. kept.Verdicts, note] };
        }
    }
}
