using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;

namespace Inlet.Local.Controllers.Jobs;

/// <summary>How long to wait before the next pod after failures: 10 s, 20 s, 40 s, … up to 10 minutes, from the last failure on.</summary>
internal static class JobBackoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <returns>Zero or less: now.</returns>
    public static TimeSpan Left(IEnumerable<JsonObject> pods, DateTimeOffset now)
    {
        var ended = pods.Where(pod => pod.HasSucceeded() || pod.HasFailed()).ToList();
        var lastSuccess = ended.Where(pod => pod.HasSucceeded()).Select(EndedAt).DefaultIfEmpty(DateTimeOffset.MinValue).Max();
        var failures = ended.Where(pod => pod.HasFailed()).Select(EndedAt).Where(at => at >= lastSuccess).ToList();
        if (failures.Count == 0)
        {
            return TimeSpan.Zero;
        }

        var wait = First * Math.Pow(2, Math.Min(failures.Count - 1, 10));
        return failures.Max() + (wait < Longest ? wait : Longest) - now;
    }

    private static DateTimeOffset EndedAt(JsonObject pod)
    {
        var last = pod.CreatedAt();
        foreach (var container in pod.Object("status").Objects("containerStatuses"))
        {
            if (Timestamps.TryParse(container.Object("state").Object("terminated").String("finishedAt"), out var end) && end > last)
            {
                last = end;
            }
        }

        return last;
    }
}
