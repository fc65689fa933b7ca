using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Informers;

namespace Inlet.Local.Controllers.Ownership;

/// <summary>Which owners of one kind a change of an object concerns: its controllers before and after, and those that could adopt it.</summary>
internal static class ConcernedOwners
{
    /// <param name="change">Of an object such owners control.</param>
    /// <param name="owners">All there are; asked when the object has become an orphan, or is one whose labels changed.</param>
    public static IEnumerable<ObjectKey> Of(InformerChange change, ResourceType ownerType, Informer owners)
    {
        var before = OwnerReferences.ControllerKey(change.Old, ownerType);
        if (before is { } old)
        {
            yield return old;
        }

        if (OwnerReferences.ControllerKey(change.New, ownerType) is { } now)
        {
            if (now != before)
            {
                yield return now;
            }
        }
        else if (change.New is { } orphan && OwnerReferences.Controller(orphan) is null && !orphan.IsBeingDeleted()
            && (change.Old is null || before is not null || !JsonNode.DeepEquals(change.Old.Labels(), orphan.Labels())))
        {
            foreach (var owner in owners.In(orphan.Namespace()).Where(owner => owner.Selector().Matches(orphan.Labels())))
            {
                yield return ObjectKey.Of(owner);
            }
        }
    }
}
