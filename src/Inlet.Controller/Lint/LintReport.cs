using Inlet.Model;

namespace Inlet.Controller;

/// <summary>How much a finding matters. The numbers order them.</summary>
public enum FindingLevel
{
    /// <summary>Works, and is good to know.</summary>
    Note,

    /// <summary>Works in another way than written.</summary>
    Warning,

    /// <summary>Has no effect, or is not served.</summary>
    Error,
}

/// <param name="Code">Of the verdict; stable.</param>
/// <param name="Class">The class by whose rules the object was read.</param>
/// <param name="Field">JSON path in the object; empty for the object itself.</param>
/// <param name="File">Null for an object from a cluster; then <paramref name="Line"/> and <paramref name="Column"/> are 0.</param>
public sealed record Finding(
    FindingLevel Level, string Code, string Class, ObjectReference Object, string Field, string Message, string? File, int Line, int Column);

/// <summary>How often an annotation occurs, and what becomes of it.</summary>
/// <param name="Name">Without the prefix.</param>
/// <param name="Status"><c>implemented</c>, <c>differs</c>, <c>refused</c>, <c>not yet</c> or <c>unknown</c>.</param>
/// <param name="Ingresses">That carry it.</param>
public sealed record AnnotationUse(string Name, string Status, int Ingresses);

/// <param name="Ingresses">Number of Ingresses by class; those of classes that are not ours under an empty name.</param>
/// <param name="NotChecked">What could not be checked for want of objects, one sentence each.</param>
public sealed record LintReport(
    IReadOnlyList<Finding> Findings,
    IReadOnlyDictionary<string, int> Ingresses,
    IReadOnlyList<AnnotationUse> Annotations,
    IReadOnlyList<string> NotChecked,
    IReadOnlyList<string> Problems,
    int Files)
{
    /// <summary>Whether there is something to do, notes aside.</summary>
    public bool IsClean => !Findings.Any(static finding => finding.Level > FindingLevel.Note);

    public int Count(FindingLevel level) => Findings.Count(finding => finding.Level == level);
}
