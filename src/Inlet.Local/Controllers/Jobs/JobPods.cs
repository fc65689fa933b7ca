using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Pods;

namespace Inlet.Local.Controllers.Jobs;

/// <summary>Which pods a Job is to have more or fewer, and how they are made.</summary>
internal sealed class JobPods(PodControl control)
{
    private const string IndexVariable = "JOB_COMPLETION_INDEX";

    /// <summary>How many pods should be active: as many as may run at a time, none beyond what is still to be completed.</summary>
    public static int Wanted(JsonObject job, JobTally tally) => job.Completions() switch
    {
        // A work queue: once one pod succeeded, the others finish what they have, and no new ones come.
        null => tally.Succeeded > 0 ? Math.Min(tally.Active.Count, job.Parallelism()) : job.Parallelism(),
        var completions => Math.Max(0, Math.Min(completions.Value - tally.Succeeded, job.Parallelism())),
    };

    public IReadOnlyList<JsonObject> Make(JsonObject job, JobTally tally, int count) => job.IsIndexed()
        ? [.. FreeIndexes(job, tally).Take(count).Select(index => Indexed(Plain(job), job, index))]
        : [.. Enumerable.Range(0, count).Select(_ => Plain(job))];

    /// <summary>Pods beyond those wanted, and those whose index another one has or somebody completed.</summary>
    public static IReadOnlyList<JsonObject> Surplus(JsonObject job, JobTally tally, int wanted)
    {
        var ordered = tally.Active.OrderDescending(PodDeletionOrder.Instance).ToList();
        if (!job.IsIndexed())
        {
            return [.. ordered.Skip(wanted)];
        }

        var taken = new HashSet<int>();
        return [.. ordered.Where(pod => CompletionIndexes.Of(pod, job.Completions() ?? 0) is not { } index
            || tally.CompletedIndexes.Contains(index) || taken.Count >= wanted || !taken.Add(index))];
    }

    private JsonObject Plain(JsonObject job)
    {
        var pod = control.FromTemplate(job.Template(), job);
        var finalizers = pod.Metadata().Array("finalizers") ?? [];
        finalizers.Add(JsonValue.Create(JobFacts.TrackingFinalizer));
        pod.Metadata()!["finalizers"] = finalizers;
        return pod;
    }

    private static IEnumerable<int> FreeIndexes(JsonObject job, JobTally tally)
    {
        var completions = job.Completions() ?? 0;
        var taken = tally.Active.Select(pod => CompletionIndexes.Of(pod, completions)).OfType<int>().ToHashSet();
        return Enumerable.Range(0, completions).Where(index => !taken.Contains(index) && !tally.CompletedIndexes.Contains(index));
    }

    /// <summary>Gives a pod its index: in its name and host name, as annotation and label, and in its containers' environment.</summary>
    private static JsonObject Indexed(JsonObject pod, JsonObject job, int index)
    {
        var metadata = pod.Metadata()!;
        metadata["generateName"] = $"{job.Name()}-{index}-";
        metadata.GetOrAddObject("annotations")[CompletionIndexes.Annotation] = $"{index}";
        metadata.GetOrAddObject("labels")[CompletionIndexes.Annotation] = $"{index}";
        var spec = pod.Object("spec")!;
        spec["hostname"] = $"{job.Name()}-{index}";
        foreach (var container in spec.Objects("initContainers").Concat(spec.Objects("containers")))
        {
            var variables = container.Array("env") ?? [];
            if (!variables.OfType<JsonObject>().Any(variable => variable.String("name") == IndexVariable))
            {
                variables.Add(new JsonObject
                {
                    ["name"] = IndexVariable,
                    ["valueFrom"] = new JsonObject
                    {
                        ["fieldRef"] = new JsonObject { ["fieldPath"] = $"metadata.annotations['{CompletionIndexes.Annotation}']" },
                    },
                });
            }

            container["env"] = variables;
        }

        return pod;
    }
}
