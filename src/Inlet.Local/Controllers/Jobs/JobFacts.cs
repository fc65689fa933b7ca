using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Ownership;
using Inlet.Local.Controllers.Pods;

namespace Inlet.Local.Controllers.Jobs;

/// <summary>What is read from a Job, and from its pods.</summary>
internal static class JobFacts
{
    /// <summary>Keeps a pod until its end has been counted: a finished pod that somebody removes is not made again.</summary>
    public const string TrackingFinalizer = "batch.kubernetes.io/job-tracking";

    /// <summary>Null for a work queue: the first success ends it.</summary>
    public static int? Completions(this JsonObject job) => (int?)job.Object("spec").Integer("completions");

    public static int Parallelism(this JsonObject job) => (int)(job.Object("spec").Integer("parallelism") ?? 1);

    public static bool IsIndexed(this JsonObject job) => job.Object("spec").String("completionMode") == "Indexed";

    public static bool IsSuspended(this JsonObject job) => job.Object("spec").Boolean("suspend") == true;

    public static bool Has(this JsonObject job, string condition) => Conditions.Find(job.Object("status"), condition).String("status") == "True";

    /// <summary>The condition that says that the Job is over; null while it is not.</summary>
    public static JsonObject? End(this JsonObject job) => job.Object("status").Objects("conditions")
        .FirstOrDefault(condition => condition.String("type") is "Complete" or "Failed" && condition.String("status") == "True");

    public static bool IsTracked(this JsonObject pod) => Finalizers.Of(pod).Contains(TrackingFinalizer);

    public static bool HasSucceeded(this JsonObject pod) => pod.Phase() == "Succeeded";

    /// <summary>Failed, or removed before it could end: nothing of it runs any more.</summary>
    public static bool HasFailed(this JsonObject pod) =>
        pod.Phase() == "Failed" || (pod.IsBeingDeleted() && !pod.HasSucceeded() && (pod.Metadata().Integer("deletionGracePeriodSeconds") ?? 0) == 0);
}
