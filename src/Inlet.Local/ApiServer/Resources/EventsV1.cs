using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>Events under <c>events.k8s.io/v1</c>: the same facts under newer names.</summary>
internal sealed class EventsV1()
    : ServedVersion(new ResourceType("events.k8s.io", "v1", "Event", "events", true), "k8s.io.api.events.v1.Event")
{
    private static readonly (string Core, string Events)[] Names =
    [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"), ("reportingComponent", "reportingController"),
        ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"), ("count", "deprecatedCount"),
    ];

    public override JsonObject ToStorage(JsonObject obj)
    {
        obj["apiVersion"] = "v1";
        foreach (var (core, events) in Names)
        {
            Rename(obj, events, core);
        }

        return obj;
    }

    public override JsonObject FromStorage(JsonObject obj)
    {
        obj["apiVersion"] = Type.ApiVersion;
        foreach (var (core, events) in Names)
        {
            Rename(obj, core, events);
        }

        return obj;
    }

    private static void Rename(JsonObject obj, string from, string to)
    {
        if (obj[from] is { } value)
        {
            obj.Remove(from);
            obj[to] = value;
        }
    }
}
