using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Controllers.EndpointSlices;

/// <param name="Ports">Of every endpoint of the group.</param>
internal sealed record EndpointGroup(JsonArray Ports, List<JsonObject> Endpoints);

/// <summary>
/// Which slices to write so that they hold the endpoints wanted: as few as possible. An endpoint stays in the slice it is in;
/// new ones fill up slices with room; slices that lost all theirs are used again before any is made. Pure.
/// </summary>
/// <param name="Update">Complete, with their resource version.</param>
internal sealed record SlicePlan(IReadOnlyList<JsonObject> Create, IReadOnlyList<JsonObject> Update, IReadOnlyList<JsonObject> Delete)
{
    /// <summary>Endpoints in a slice at most.</summary>
    public const int Capacity = 100;

    /// <param name="existing">The Service's slices of this address type.</param>
    /// <param name="metadata">Of every slice: <c>generateName</c>, labels, owners.</param>
    public static SlicePlan Make(
        IReadOnlyList<EndpointGroup> groups, IReadOnlyList<JsonObject> existing, JsonObject metadata, string addressType)
    {
        var contents = new List<(JsonObject? Slice, JsonArray Ports, List<JsonObject> Endpoints)>();
        var free = new Queue<JsonObject>();
        var byPorts = existing.OrderBy(slice => slice.Name(), StringComparer.Ordinal).ToLookup(slice => PortsKey(slice.Array("ports")));
        foreach (var group in groups)
        {
            contents.AddRange(Fill(group, byPorts[PortsKey(group.Ports)]));
        }

        var used = contents.Where(content => content.Endpoints.Count > 0).Select(content => content.Slice).ToHashSet();
        foreach (var slice in existing.Where(slice => !used.Contains(slice)))
        {
            free.Enqueue(slice);
        }

        contents.RemoveAll(content => content.Endpoints.Count == 0);
        if (contents.Count == 0)
        {
            // A Service without endpoints has one empty slice: it says that they were looked for.
            contents.Add((null, [], []));
        }

        var (create, update) = (new List<JsonObject>(), new List<JsonObject>());
        foreach (var content in contents)
        {
            var slice = content.Slice ?? (free.TryDequeue(out var spare) ? spare : null);
            var wanted = Slice(slice, metadata, addressType, content.Ports, content.Endpoints);
            if (slice is null)
            {
                create.Add(wanted);
            }
            else if (!JsonNode.DeepEquals(wanted, slice))
            {
                update.Add(wanted);
            }
        }

        return new SlicePlan(create, update, [.. free]);
    }

    private static List<(JsonObject? Slice, JsonArray Ports, List<JsonObject> Endpoints)> Fill(
        EndpointGroup group, IEnumerable<JsonObject> slices)
    {
        var wanted = group.Endpoints.DistinctBy(Identity).ToDictionary(Identity);
        var contents = new List<(JsonObject? Slice, JsonArray Ports, List<JsonObject> Endpoints)>();
        foreach (var slice in slices)
        {
            var kept = new List<JsonObject>();
            foreach (var endpoint in slice.Objects("endpoints"))
            {
                if (wanted.Remove(Identity(endpoint), out var now))
                {
                    kept.Add(now);
                }
            }

            contents.Add((slice, group.Ports, kept));
        }

        var added = new Queue<JsonObject>(wanted.Values);
        // The fullest first, so that few slices change.
        foreach (var content in contents.OrderByDescending(content => content.Endpoints.Count))
        {
            while (content.Endpoints.Count < Capacity && added.TryDequeue(out var endpoint))
            {
                content.Endpoints.Add(endpoint);
            }
        }

        foreach (var chunk in added.Chunk(Capacity))
        {
            contents.Add((null, group.Ports, [.. chunk]));
        }

        return contents;
    }

    private static JsonObject Slice(JsonObject? existing, JsonObject metadata, string addressType, JsonArray ports, IEnumerable<JsonObject> endpoints)
    {
        var slice = existing?.DeepClone().AsObject() ?? new JsonObject
        {
            ["apiVersion"] = ResourceTypes.EndpointSlices.ApiVersion,
            ["kind"] = ResourceTypes.EndpointSlices.Kind,
            ["metadata"] = metadata.DeepClone(),
            ["addressType"] = addressType,
        };
        slice.Metadata()!["labels"] = metadata["labels"]?.DeepClone();
        slice.Metadata()!["ownerReferences"] = metadata["ownerReferences"]?.DeepClone();
        slice["endpoints"] = new JsonArray([.. endpoints.Select(endpoint => endpoint.DeepClone())]);
        slice["ports"] = ports.DeepClone();
        return slice;
    }

    private static string PortsKey(JsonArray? ports) => (ports ?? []).ToJsonString();

    // A pod may come back under the name of another: the uid tells them apart. What is no pod is known by its address.
    private static string Identity(JsonObject endpoint) =>
        endpoint.Object("targetRef").String("uid") is { Length: > 0 } uid ? uid : endpoint.Array("addresses")?[0]?.ToString() ?? "";
}
