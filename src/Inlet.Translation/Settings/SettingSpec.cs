namespace Inlet.Translation;

/// <summary>What becomes of a key of the controller's ConfigMap.</summary>
public enum SettingStatus
{
    /// <summary>It does what it does in ingress-nginx.</summary>
    Implemented,

    /// <summary>It is honoured, and something about it is not as in ingress-nginx; <see cref="SettingSpec.Note"/> says what.</summary>
    Differs,

    /// <summary>There is nothing here that it could set; <see cref="SettingSpec.Note"/> says why.</summary>
    NotApplicable,

    /// <summary>It has no effect in this version.</summary>
    NotYet,
}

/// <summary>The facts of one key of the ConfigMap that <c>--configmap</c> names.</summary>
/// <param name="Default">As a user would write it.</param>
/// <param name="Note">Whole sentences; empty for what is plainly implemented.</param>
public sealed record SettingSpec(string Key, string Default, SettingStatus Status, string Note)
{
    /// <summary>Without the prefix: the annotation whose default the key sets; null for a setting of the whole controller.</summary>
    public string? Annotation { get; init; }

    /// <summary>In force from the next start of the controller on.</summary>
    public bool AtStart { get; init; }

    public string Field => $"data[{Key}]";
}
