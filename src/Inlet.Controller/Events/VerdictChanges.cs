using Inlet.Model;

namespace Inlet.Controller;

/// <summary>All verdicts of one code about one object, as one thing to report.</summary>
/// <param name="Message">The messages, one sentence after the other.</param>
internal sealed record Report(ObjectReference Object, string Code, VerdictOutcome Outcome, string Message);

/// <summary>Turns the verdicts as they are now into what is new since the last time, one report per object and code.</summary>
internal sealed class VerdictChanges
{
    // Kubernetes' limit for an Event's message.
    private const int LongestMessage = 1024;
    private Dictionary<(ObjectReference Object, string Code), Report> _known = [];

    /// <summary>Reports that are new or say something else than before, in the order of <paramref name="verdicts"/>.</summary>
    public IReadOnlyList<Report> Take(EquatableArray<Verdict> verdicts)
    {
        var now = new Dictionary<(ObjectReference, string), Report>();
        foreach (var verdict in verdicts)
        {
            // A difference that is documented asks nobody to do anything: inlet lint tells whoever wants to know.
            if (verdict.Outcome is VerdictOutcome.Accepted or VerdictOutcome.Differs)
            {
                continue;
            }

            var key = (verdict.Object, verdict.Code);
            now[key] = now.TryGetValue(key, out var report)
                ? report with { Message = Shorten($"{report.Message} {verdict.Message}") }
                : new Report(verdict.Object, verdict.Code, verdict.Outcome, Shorten(verdict.Message));
        }

        var changes = now.Values.Where(report => !_known.TryGetValue((report.Object, report.Code), out var known) || known != report).ToList();
        _known = now;
        return changes;
    }

    private static string Shorten(string message) => message.Length <= LongestMessage ? message : message[..(LongestMessage - 1)] + "…";
}
