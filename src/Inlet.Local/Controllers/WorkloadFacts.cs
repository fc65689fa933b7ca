using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;

namespace Inlet.Local.Controllers;

/// <summary>What controllers read from every kind that keeps pods: replicas, selector, template, and the counters of its status.</summary>
internal static class WorkloadFacts
{
    public static DateTimeOffset CreatedAt(this JsonObject obj) =>
        Timestamps.TryParse(obj.Metadata().String("creationTimestamp"), out var time) ? time : DateTimeOffset.MinValue;

    public static long Generation(this JsonObject obj) => obj.Metadata().Integer("generation") ?? 0;

    /// <summary>The replicas asked for; 1 when left out.</summary>
    public static int Replicas(this JsonObject obj) => (int)(obj.Object("spec").Integer("replicas") ?? 1);

    /// <summary>A number of the status; 0 when left out.</summary>
    public static int Status(this JsonObject obj, string counter) => (int)(obj.Object("status").Integer(counter) ?? 0);

    /// <summary>Sets a number of a <c>status</c>. Kubernetes leaves out most that are zero.</summary>
    public static void SetCount(this JsonObject status, string counter, int count)
    {
        if (count == 0)
        {
            status.Remove(counter);
        }
        else
        {
            status[counter] = count;
        }
    }

    public static long ObservedGeneration(this JsonObject obj) => obj.Object("status").Integer("observedGeneration") ?? 0;

    public static long MinReadySeconds(this JsonObject obj) => obj.Object("spec").Integer("minReadySeconds") ?? 0;

    public static JsonObject? Template(this JsonObject obj) => obj.Object("spec").Object("template");

    /// <summary>One the API server would not have taken selects nothing.</summary>
    public static LabelSelector Selector(this JsonObject obj)
    {
        try
        {
            return LabelSelector.FromObject(obj.Object("spec").Object("selector"));
        }
        catch (SelectorFormatException)
        {
            return LabelSelector.Nothing;
        }
    }
}
