namespace Inlet.Translation;

/// <summary>What an invalid value means.</summary>
public enum WhenInvalid
{
    /// <summary>The documented default is in force and the value is reported.</summary>
    Default,

    /// <summary>
    /// Every request of the Ingress is answered 503 and the value is reported: the setting protects something, and what it was
    /// meant to keep out must not come in because of a typing error.
    /// </summary>
    Close,
}

/// <summary>Who is affected by the annotation.</summary>
public enum AnnotationScope
{
    /// <summary>The routes of the Ingress that carries it.</summary>
    Route,

    /// <summary>The hosts of the Ingress that carries it, whoever else has routes there.</summary>
    Host,
}

/// <summary>How dangerous the annotation is in a tenant's hands.</summary>
public enum AnnotationRisk
{
    Low,
    Medium,
    High,
    Critical,
}

/// <summary>What becomes of an annotation that an Ingress carries.</summary>
public enum AnnotationStatus
{
    /// <summary>It does what it does in ingress-nginx.</summary>
    Implemented,

    /// <summary>It is honoured, and something about it is not as in ingress-nginx; <see cref="AnnotationSpec.Note"/> says what.</summary>
    Differs,

    /// <summary>It has no effect and never will; <see cref="AnnotationSpec.Note"/> says why, and what to write instead.</summary>
    Refused,

    /// <summary>It has no effect in this version.</summary>
    NotYet,
}

/// <summary>The facts of one annotation: what the reference page is made from and what parsing obeys.</summary>
/// <param name="Name">Without the prefix.</param>
/// <param name="Grammar">For people, e.g. <c>bool</c> or <c>integer</c>.</param>
/// <param name="Default">As a user would write it; empty when there is none.</param>
/// <param name="Summary">One sentence.</param>
public sealed record AnnotationSpec(
    string Name, string Grammar, string Default, AnnotationScope Scope, AnnotationRisk Risk, WhenInvalid WhenInvalid, string Summary)
{
    public AnnotationStatus Status { get; init; }

    /// <summary>Of <see cref="AnnotationStatus.Differs"/> and <see cref="AnnotationStatus.Refused"/>; whole sentences. Empty otherwise.</summary>
    public string Note { get; init; } = "";

    /// <summary>The annotation whose old name this is, without the prefix; null for one of its own.</summary>
    public string? AliasOf { get; init; }

    /// <summary>A value as people write it, for the reference page.</summary>
    public string Example { get; init; } = "";

    public const string Prefix = "nginx.ingress.kubernetes.io/";

    /// <summary>The key in <c>metadata.annotations</c>.</summary>
    public string Key => Prefix + Name;

    /// <summary>The field a verdict names.</summary>
    public string Field => FieldOf(Key);

    public static string FieldOf(string key) => $"metadata.annotations[{key}]";
}
