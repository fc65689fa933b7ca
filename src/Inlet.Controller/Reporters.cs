using Microsoft.Extensions.Logging;

namespace Inlet.Controller;

/// <summary>Those who tell the world what is in force: log, Events and status. All of them only queue here; the loop goes on.</summary>
internal sealed class Reporters(ILogger logger, EventWriter? events, StatusWriter? status)
{
    private readonly VerdictChanges _changes = new();

    public void Report(Publication publication)
    {
        status?.Update(publication);
        foreach (var report in _changes.Take(publication.Verdicts))
        {
            ControllerLog.Verdict(logger, report.Object.ToString(), report.Code, report.Message);
            events?.Write(report);
        }
    }

    public IEnumerable<Task> Run(CancellationToken cancellationToken)
    {
        if (events is not null)
        {
            yield return events.RunAsync(cancellationToken);
        }

        if (status is not null)
        {
            yield return status.RunAsync(cancellationToken);
        }
    }
}
