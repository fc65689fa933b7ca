using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Collects what there is to say about one object.</summary>
internal sealed class Verdicts(ObjectReference about)
{
    private readonly List<Verdict> _verdicts = [];

    public void Refused(string field, string code, string message) => Add(field, VerdictOutcome.Refused, code, message);

    public void Defaulted(string field, string code, string message) => Add(field, VerdictOutcome.Defaulted, code, message);

    public void Conflict(string field, string code, string message) => Add(field, VerdictOutcome.Conflict, code, message);

    public void Differs(string field, string code, string message) => Add(field, VerdictOutcome.Differs, code, message);

    public EquatableArray<Verdict> ToArray() => _verdicts.ToEquatableArray();

    private void Add(string field, VerdictOutcome outcome, string code, string message) => _verdicts.Add(new Verdict(about, field, outcome, code, message));
}
