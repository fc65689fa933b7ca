using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.ApiServer.Schema;

namespace Inlet.Local.ApiServer.ManagedFields;

/// <summary>
/// Who owns which fields of an object (<c>metadata.managedFields</c>), and server-side apply, which lives by it. Everything
/// is in the storage version, so that an object's owners agree about its fields whatever version they wrote.
/// </summary>
/// <param name="subresource">Null for the object itself.</param>
internal sealed class FieldOwnership(ResourceDefinition definition, string? subresource, TimeProvider time)
{
    private const string ManagedFields = "managedFields";

    /// <summary>More writers than this are too many to tell apart; as in Kubernetes, the oldest become one.</summary>
    private const int MaximumUpdaters = 10;

    private static readonly string[] UnownedMetadata =
        ["name", "namespace", "uid", "selfLink", "creationTimestamp", "generation", "resourceVersion", ManagedFields];

    private readonly FieldType _type = FieldType.OfKind(definition.SchemaMessage);
    private readonly string _subresource = subresource ?? "";

    /// <summary>Writes into <paramref name="obj"/> who owns its fields after a create, update or patch made it of <paramref name="old"/>.</summary>
    /// <param name="old">Null for a new object.</param>
    /// <param name="given">What the request had in managedFields: a client may edit them; an update that does not know them leaves them alone.</param>
    public void Track(JsonObject? old, JsonObject obj, JsonArray? given, string manager)
    {
        if (IsReset(given))
        {
            obj.Metadata()!.Remove(ManagedFields);
            return;
        }

        var known = old?.Metadata().Array(ManagedFields);
        var entries = subresource is null && Read(given) is { Count: > 0 } edited ? edited : Read(known);
        var difference = FieldTrees.Compare(old ?? [], obj, _type);
        var changed = Own(difference.Changed);
        var removed = difference.Removed;
        if (changed.IsEmpty && removed.IsEmpty)
        {
            Put(obj, given is not null && subresource is null && entries.Count > 0 && !JsonNode.DeepEquals(given, known) ? Write(entries) : known?.DeepClone());
            return;
        }

        var own = entries.FirstOrDefault(e => e.Is(manager, ManagerEntry.Update, _subresource));
        entries.Remove(own!);
        entries = [.. entries.Select(e => e with { Fields = e.Fields.Without(changed).Without(removed) })];
        var fields = (own?.Fields ?? new()).Add(changed).Without(removed);
        var isSame = own is not null && changed.IsEmpty && fields.SameAs(own.Fields);
        entries.Add(new(manager, ManagerEntry.Update, definition.Type.ApiVersion, _subresource, isSame ? own!.Time : Now, fields));
        Put(obj, Write(entries));
    }

    /// <summary>The owners of an object an apply created: the applier, of what it set.</summary>
    public void Begin(JsonObject obj, FieldSet applied, string manager) =>
        Put(obj, Write([new(manager, ManagerEntry.Apply, definition.Type.ApiVersion, _subresource, Now, applied)]));

    /// <summary>What a configuration sets, of what may be owned.</summary>
    public FieldSet Applied(JsonObject config) => Own(FieldTrees.SetOf(config, _type));

    /// <summary>The live object with a configuration applied to it, its owners included.</summary>
    /// <param name="live">Not changed.</param>
    /// <param name="force">Takes fields from other managers instead of refusing.</param>
    /// <exception cref="KubernetesApiException">409 naming every manager and field in the way.</exception>
    public JsonObject Apply(JsonObject live, JsonObject config, string manager, bool force)
    {
        var known = live.Metadata().Array(ManagedFields);
        var entries = Read(known);
        if (entries.Count == 0)
        {
            // Somebody wrote this before anybody was written down.
            entries.Add(new("before-first-apply", ManagerEntry.Update, definition.Type.ApiVersion, "", Now, Own(FieldTrees.SetOf(live, _type))));
        }

        var last = entries.FirstOrDefault(e => e.Is(manager, ManagerEntry.Apply, _subresource));
        entries.Remove(last!);
        var applied = Applied(config);
        var merged = AppliedMerge.Merge(live, config, _type)!.AsObject();
        if (last is not null)
        {
            AppliedMerge.Prune(merged, last.Fields, entries.Aggregate(new FieldSet().Add(applied), (kept, e) => kept.Add(e.Fields)), _type);
        }

        var difference = FieldTrees.Compare(live, merged, _type);
        var changed = Own(difference.Changed);
        if (!force)
        {
            ApplyConflicts.ThrowIfAny(entries, changed);
        }

        if (last is not null && changed.IsEmpty && Own(difference.Removed).IsEmpty && last.Fields.SameAs(applied))
        {
            Put(merged, known?.DeepClone());
            return merged;
        }

        entries = [.. entries.Select(e => e with { Fields = e.Fields.Without(changed).Without(difference.Removed) })];
        entries.Add(new(manager, ManagerEntry.Apply, definition.Type.ApiVersion, _subresource, Now, applied));
        Put(merged, Write(entries));
        return merged;
    }

    private string Now => Timestamps.Format(time.GetUtcNow());

    /// <summary>A client asks to forget all owners by sending one empty entry.</summary>
    private static bool IsReset(JsonArray? given) => given is [JsonObject { Count: 0 }];

    /// <summary>Without what nobody owns, and on each side only what that side may write.</summary>
    private FieldSet Own(FieldSet set)
    {
        var own = new FieldSet().Add(set);
        own.IsMember = false;
        own.Remove("f:apiVersion");
        own.Remove("f:kind");
        if (own.Find("f:metadata") is { } metadata)
        {
            metadata.IsMember = false;
            foreach (var name in UnownedMetadata)
            {
                metadata.Remove($"f:{name}");
            }

            if (metadata.IsEmpty || subresource == "status")
            {
                own.Remove("f:metadata");
            }
        }

        if (subresource == "status")
        {
            foreach (var name in own.Parts.Select(p => p.Key).Where(n => n != "f:status").ToList())
            {
                own.Remove(name);
            }
        }
        else if (definition.HasStatus)
        {
            own.Remove("f:status");
        }

        return own;
    }

    /// <summary>What cannot be read counts as not there, as in Kubernetes: no writer is held up by another's broken entry.</summary>
    private static List<ManagerEntry> Read(JsonArray? managedFields)
    {
        try
        {
            return [.. (managedFields ?? []).Select(e => ManagerEntry.Parse(e as JsonObject ?? throw new FormatException("not an object")))];
        }
        catch (FormatException)
        {
            return [];
        }
    }

    private static JsonArray? Write(List<ManagerEntry> entries)
    {
        var owners = Limited([.. entries.Where(e => !e.Fields.IsEmpty)])
            .OrderBy(e => e.Operation, StringComparer.Ordinal)
            .ThenBy(e => e.Time, StringComparer.Ordinal)
            .ThenBy(e => e.Manager, StringComparer.Ordinal)
            .ThenBy(e => e.Subresource, StringComparer.Ordinal)
            .Select(e => (JsonNode)e.ToJson())
            .ToArray();
        return owners.Length == 0 ? null : new JsonArray(owners);
    }

    private static List<ManagerEntry> Limited(List<ManagerEntry> entries)
    {
        var excess = entries.Where(e => !e.IsApply).OrderBy(e => e.Time, StringComparer.Ordinal).ToList();
        if (excess.Count <= MaximumUpdaters)
        {
            return entries;
        }

        excess = excess[..^(MaximumUpdaters - 1)];
        var ancient = excess[^1] with
        {
            Manager = "ancient-changes",
            Subresource = "",
            Fields = excess.Aggregate(new FieldSet(), (all, e) => all.Add(e.Fields)),
        };
        return [.. entries.Except(excess), ancient];
    }

    private static void Put(JsonObject obj, JsonNode? managedFields)
    {
        var metadata = obj.GetOrAddObject("metadata");
        if (managedFields is null)
        {
            metadata.Remove(ManagedFields);
        }
        else
        {
            metadata[ManagedFields] = managedFields;
        }
    }
}
