using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Informers;
using Inlet.Local.Controllers.Ownership;
using Inlet.Local.Controllers.Pods;

namespace Inlet.Local.Controllers.Revisions;

/// <summary>
/// The templates a StatefulSet or DaemonSet had, kept as ControllerRevisions: numbered, newest highest, an old one that comes
/// back gets a new number. Their data is a patch that <c>kubectl rollout undo</c> sends as it is.
/// </summary>
internal sealed class ControllerRevisions
{
    public const string HashLabel = "controller-revision-hash";

    private readonly ControllerContext _context;
    private readonly ResourceType _ownerType;
    private readonly Claims _claims;
    private readonly Informer _revisions;

    public ControllerRevisions(ResourceType ownerType, ControllerContext context)
    {
        (_context, _ownerType) = (context, ownerType);
        _claims = new Claims(context);
        _revisions = context.Informers.Whole(ResourceTypes.ControllerRevisions);
    }

    /// <summary>Oldest first.</summary>
    public async Task<List<JsonObject>> OfAsync(JsonObject owner, CancellationToken cancellationToken)
    {
        var all = await _claims.ClaimAsync(
            _ownerType, owner, owner.Selector(), ResourceTypes.ControllerRevisions, Claims.Candidates(_revisions, owner), cancellationToken);
        return [.. all.OrderBy(Number).ThenBy(revision => revision.CreatedAt()).ThenBy(revision => revision.Name(), StringComparer.Ordinal)];
    }

    /// <summary>The revision of the owner's present template, made or numbered anew where needed.</summary>
    /// <param name="known">As <see cref="OfAsync"/> gave them.</param>
    public async Task<JsonObject> PresentAsync(JsonObject owner, IReadOnlyList<JsonObject> known, CancellationToken cancellationToken)
    {
        var next = known.Select(Number).DefaultIfEmpty(0).Max() + 1;
        if (known.LastOrDefault(revision => PodTemplates.AreEqual(TemplateOf(revision), owner.Template())) is not { } match)
        {
            return await CreateAsync(owner, next, cancellationToken);
        }

        if (Number(match) == next - 1)
        {
            return match;
        }

        var copy = match.DeepClone().AsObject();
        copy["revision"] = next;
        return await _context.Writer.ReplaceAsync(ResourceTypes.ControllerRevisions, copy, cancellationToken);
    }

    /// <summary>Removes the oldest beyond <c>revisionHistoryLimit</c>.</summary>
    /// <param name="used">Names and hashes of revisions pods still have: those stay.</param>
    public async Task CutHistoryAsync(JsonObject owner, IReadOnlyList<JsonObject> known, IReadOnlySet<string> used, CancellationToken cancellationToken)
    {
        var unused = known.Where(revision => !used.Contains(revision.Name()) && !used.Contains(HashOf(revision))).ToList();
        var limit = (int)(owner.Object("spec").Integer("revisionHistoryLimit") ?? 10);
        foreach (var revision in unused.Take(Math.Max(0, unused.Count - limit)))
        {
            await _context.Writer.DeleteAsync(ResourceTypes.ControllerRevisions, ObjectKey.Of(revision), revision.Uid(), cancellationToken);
        }
    }

    public static string HashOf(JsonObject revision) => revision.Labels().String(HashLabel) ?? "";

    public static JsonObject? TemplateOf(JsonObject revision) => revision.Object("data").Object("spec").Object("template");

    private static long Number(JsonObject revision) => revision.Integer("revision") ?? 0;

    private async Task<JsonObject> CreateAsync(JsonObject owner, long number, CancellationToken cancellationToken)
    {
        for (var collisions = 0; ; collisions++)
        {
            try
            {
                return await _context.Writer.CreateAsync(
                    ResourceTypes.ControllerRevisions, owner.Namespace(), Make(owner, number, collisions), cancellationToken);
            }
            catch (KubernetesApiException refused) when (refused.IsAlreadyExists)
            {
                // Another template's, or somebody else's: the hash of the next collision gives another name.
            }
        }
    }

    private JsonObject Make(JsonObject owner, long number, int collisions)
    {
        var hash = PodTemplates.Hash(owner.Template(), collisions);
        var labels = (owner.Template().Object("metadata").Object("labels") ?? []).DeepClone().AsObject();
        labels[HashLabel] = hash;
        var template = (owner.Template() ?? []).DeepClone().AsObject();
        // A strategic merge patch that puts the whole template back, not merged into the one of then.
        template["$patch"] = "replace";
        return new JsonObject
        {
            ["apiVersion"] = ResourceTypes.ControllerRevisions.ApiVersion,
            ["kind"] = ResourceTypes.ControllerRevisions.Kind,
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{owner.Name()}-{hash}",
                ["namespace"] = owner.Namespace(),
                ["labels"] = labels,
                ["annotations"] = owner.Annotations()?.DeepClone() ?? new JsonObject(),
                ["ownerReferences"] = new JsonArray(OwnerReferences.ToController(_ownerType, owner)),
            },
            ["data"] = new JsonObject { ["spec"] = new JsonObject { ["template"] = template } },
            ["revision"] = number,
        };
    }
}
