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

/// <summary>The facts of one annotation: what the reference page is made from and what parsing obeys.</summary>
/// <param name="Name">Without the prefix.</param>
/// <param name="Grammar">For people, e.g. <c>bool</c> or <c>integer</c>.</param>
/// <param name="Default">As a user would write it; empty when there is none.</param>
/// <param name="Summary">One sentence.</param>
public sealed record AnnotationSpec(
    string Name, string Grammar, string Default, AnnotationScope Scope, AnnotationRisk Risk, WhenInvalid WhenInvalid, string Summary)
{
    public const string Prefix = "nginx.ingress.kubernetes.io/";

    /// <summary>The key in <c>metadata.annotations</c>.</summary>
    public string Key => Prefix + Name;

    /// <summary>The field a verdict names.</summary>
    public string Field => FieldOf(Key);

    public static string FieldOf(string key) => $"metadata.annotations[{key}]";
}
