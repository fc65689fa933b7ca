namespace Inlet.Model;

/// <summary>What translation did with one field.</summary>
public enum VerdictOutcome
{
    /// <summary>Honoured as written.</summary>
    Accepted,

    /// <summary>Invalid or out of range; the documented default is in force instead.</summary>
    Defaulted,

    /// <summary>Not honoured; what depends on it is not served, or the value has no effect. The message says which.</summary>
    Refused,

    /// <summary>Another object claims the same thing and wins. The message names it.</summary>
    Conflict,

    /// <summary>Honoured, and something about it is not as in ingress-nginx, whose name it bears. The message says what.</summary>
    Differs,
}

/// <summary>
/// What translation says about one field of one object. Status, Events, admission answers, lint and explain all print
/// these records: verdicts have one origin.
/// </summary>
/// <param name="Field">JSON path of the field, e.g. <c>spec.rules[0].http.paths[1].backend</c> or <c>metadata.annotations[…]</c>.</param>
/// <param name="Code">Stable, PascalCase; an interface to users: never renamed or reused.</param>
/// <param name="Message">One sentence for a stranger, with the remedy.</param>
public sealed record Verdict(ObjectReference Object, string Field, VerdictOutcome Outcome, string Code, string Message);
