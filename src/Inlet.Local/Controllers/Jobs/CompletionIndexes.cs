using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Controllers.Jobs;

/// <summary>The indexes of an Indexed Job: each stands for one completion, written as <c>0,2-4,7</c> in its status.</summary>
internal static class CompletionIndexes
{
    public const string Annotation = "batch.kubernetes.io/job-completion-index";

    /// <summary>Null when the pod has none, or none within the Job's completions.</summary>
    public static int? Of(JsonObject pod, int completions) =>
        int.TryParse(pod.Annotations().String(Annotation), NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < completions
            ? index
            : null;

    public static SortedSet<int> Parse(string? text, int completions)
    {
        var indexes = new SortedSet<int>();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.Split('-');
            if (int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var from)
                && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var to))
            {
                for (var index = from; index <= to && index < completions; index++)
                {
                    indexes.Add(index);
                }
            }
        }

        return indexes;
    }

    public static string Format(SortedSet<int> indexes)
    {
        var text = new StringBuilder();
        int? from = null;
        var last = 0;
        foreach (var index in indexes)
        {
            if (from is not null && index == last + 1)
            {
                last = index;
                continue;
            }

            Append(text, from, last);
            (from, last) = (index, index);
        }

        Append(text, from, last);
        return text.ToString();
    }

    private static void Append(StringBuilder text, int? from, int to)
    {
        if (from is { } start)
        {
            text.Append(text.Length > 0 ? "," : "").Append(start).Append(to == start ? "" : to == start + 1 ? $",{to}" : $"-{to}");
        }
    }
}
