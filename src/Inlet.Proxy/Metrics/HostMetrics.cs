using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>The series that are labelled by host: only hosts that were configured and have been asked for.</summary>
internal static class HostMetrics
{
    public static void Write(PrometheusText text, LoopCounters[] loops, NumberRegistry<string> hosts)
    {
        var sums = Sum(loops, hosts);
        text.Head("inlet_host_requests_total", "counter", "Requests answered, by configured host and class of the status.");
        foreach (var (labels, sum) in sums)
        {
            for (var statusClass = 1; statusClass < 6; statusClass++)
            {
                if (sum.RequestsByClass[statusClass] > 0)
                {
                    text.Sample("inlet_host_requests_total", $"{labels},code=\"{statusClass}xx\"", sum.RequestsByClass[statusClass]);
                }
            }
        }

        text.Head("inlet_host_received_bytes_total", "counter", "Bytes of request bodies, by configured host.");
        sums.ForEach(entry => text.Sample("inlet_host_received_bytes_total", entry.Labels, entry.Sum.BytesReceived));
        text.Head("inlet_host_sent_bytes_total", "counter", "Bytes of answers' bodies, by configured host.");
        sums.ForEach(entry => text.Sample("inlet_host_sent_bytes_total", entry.Labels, entry.Sum.BytesSent));
        text.Head("inlet_request_duration_seconds", "histogram", "From a request's head to the last byte of its answer, by configured host.");
        sums.ForEach(entry => text.Histogram(
            "inlet_request_duration_seconds", entry.Labels, entry.Sum.Duration.Counts, entry.Sum.Duration.SumMicroseconds));
    }

    /// <summary>Adds all loops' histograms to <paramref name="counts"/>.</summary>
    /// <returns>The sum of what was observed, in microseconds.</returns>
    public static long Add(LoopCounters[] loops, Func<LoopCounters, DurationHistogram> histogram, long[] counts)
    {
        var sum = 0L;
        foreach (var loop in loops)
        {
            sum += Add(histogram(loop), counts);
        }

        return sum;
    }

    private static List<(string Labels, HostCounters Sum)> Sum(LoopCounters[] loops, NumberRegistry<string> hosts)
    {
        var sums = new List<(string, HostCounters)>();
        for (var number = 0; number < hosts.Count; number++)
        {
            HostCounters? sum = null;
            foreach (var loop in loops)
            {
                var all = loop.Hosts;
                if (number < all.Length && all[number] is { } one)
                {
                    Add(one, sum ??= new HostCounters());
                }
            }

            if (sum is not null)
            {
                sums.Add((PrometheusText.Label("host", hosts[number]), sum));
            }
        }

        return sums;
    }

    private static void Add(HostCounters from, HostCounters to)
    {
        for (var statusClass = 1; statusClass < 6; statusClass++)
        {
            to.RequestsByClass[statusClass] += Volatile.Read(ref from.RequestsByClass[statusClass]);
        }

        to.BytesReceived += Volatile.Read(ref from.BytesReceived);
        to.BytesSent += Volatile.Read(ref from.BytesSent);
        to.Duration.SumMicroseconds += Add(from.Duration, to.Duration.Counts);
    }

    private static long Add(DurationHistogram from, long[] counts)
    {
        for (var bucket = 0; bucket < counts.Length; bucket++)
        {
            counts[bucket] += Volatile.Read(ref from.Counts[bucket]);
        }

        return Volatile.Read(ref from.SumMicroseconds);
    }
}
