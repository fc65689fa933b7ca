using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Ownership;

namespace Inlet.Local.Controllers.GarbageCollection;

/// <summary>What the collector knows of an object: whose it is, and whether it waits to be deleted.</summary>
/// <param name="Type">In the storage version.</param>
internal sealed record OwnedObject(ResourceType Type, ObjectKey Key, string Uid, IReadOnlyList<OwnerReference> Owners, bool IsBeingDeleted,
    IReadOnlyList<string> Finalizers)
{
    public const string ForegroundFinalizer = "foregroundDeletion";
    public const string OrphanFinalizer = "orphan";

    /// <summary>Stays until the dependents that block it are gone.</summary>
    public bool WaitsForDependents => IsBeingDeleted && Finalizers.Contains(ForegroundFinalizer);

    /// <summary>Stays until its dependents no longer name it as their owner.</summary>
    public bool OrphansDependents => IsBeingDeleted && Finalizers.Contains(OrphanFinalizer);

    public static OwnedObject Of(ResourceType type, JsonObject obj) => new(
        type, ObjectKey.Of(obj), obj.Uid(), [.. OwnerReferences.Of(obj).Select(OwnerReference.Of)], obj.IsBeingDeleted(),
        [.. Ownership.Finalizers.Of(obj)]);

    /// <summary>How it is deleted on behalf of its owners: as it asked for itself, else in the background.</summary>
    public string PropagationPolicy =>
        Finalizers.Contains(OrphanFinalizer) ? "Orphan" : Finalizers.Contains(ForegroundFinalizer) ? "Foreground" : "Background";
}

internal sealed record OwnerReference(string ApiVersion, string Kind, string Name, string Uid, bool BlockOwnerDeletion)
{
    public static OwnerReference Of(JsonObject reference) => new(
        reference.String("apiVersion") ?? "", reference.String("kind") ?? "", reference.String("name") ?? "", reference.String("uid") ?? "",
        reference.Boolean("blockOwnerDeletion") == true);
}
