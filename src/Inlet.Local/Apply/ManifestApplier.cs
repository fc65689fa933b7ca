using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.ApiServer.Schema;

namespace Inlet.Local.Apply;

/// <summary>
/// What <c>kubectl apply -f</c> does, from inside, with one difference: everything is checked before anything is written, so
/// that one bad object leaves nothing half-applied.
/// </summary>
public sealed class ManifestApplier
{
    private const string FieldManager = "inlet-up";
    private const string DefaultNamespace = "default";

    private readonly ApiCore _core;

    internal ManifestApplier(ApiCore core) => _core = core;

    /// <summary>The kinds alone, which needs no running cluster.</summary>
    /// <exception cref="ApplyException">A kind this server does not have, or an object without a name.</exception>
    public static void CheckKinds(IReadOnlyList<ManifestObject> manifests) => CheckKinds(ResourceCatalog.Builtin, manifests);

    /// <summary>Asks the API whether it would take every object, and writes nothing.</summary>
    /// <exception cref="ApplyException">It would not take all.</exception>
    public async Task CheckAsync(IReadOnlyList<ManifestObject> manifests, CancellationToken cancellationToken)
    {
        CheckKinds(_core.Catalog, manifests);
        var newNamespaces = manifests.Where(static m => m.Object.String("kind") == "Namespace").Select(static m => m.Object.Name())
            .Where(name => _core.Store.Find(new("namespaces", "", name)) is null).ToHashSet();
        var problems = new List<string>();
        foreach (var manifest in manifests)
        {
            if (await WhyNotAsync(manifest, newNamespaces, cancellationToken).ConfigureAwait(false) is { } why)
            {
                problems.Add($"{manifest.Position}: {why}");
            }
        }

        if (problems.Count > 0)
        {
            throw new ApplyException(problems);
        }
    }

    /// <summary>Checks, then creates what is missing and changes what differs: Namespaces first, the rest in the order given.</summary>
    /// <exception cref="ApplyException">See <see cref="CheckAsync"/>; or, rarely, the API changed its mind in between.</exception>
    public async Task<IReadOnlyList<Applied>> ApplyAsync(IReadOnlyList<ManifestObject> manifests, CancellationToken cancellationToken)
    {
        await CheckAsync(manifests, cancellationToken).ConfigureAwait(false);
        var applied = new List<Applied>();
        var problems = new List<string>();
        foreach (var manifest in manifests.OrderBy(static m => m.Object.String("kind") == "Namespace" ? 0 : 1))
        {
            try
            {
                applied.Add(await ApplyAsync(manifest, DefaultNamespace, dryRun: false, cancellationToken).ConfigureAwait(false));
            }
            catch (KubernetesApiException refused)
            {
                problems.Add($"{manifest.Position}: {refused.Message}");
            }
        }

        return problems.Count == 0 ? applied : throw new ApplyException(problems);
    }

    private static void CheckKinds(ResourceCatalog catalog, IReadOnlyList<ManifestObject> manifests)
    {
        var problems = new List<string>();
        foreach (var manifest in manifests)
        {
            var (apiVersion, kind) = (manifest.Object.String("apiVersion") ?? "", manifest.Object.String("kind") ?? "");
            if (catalog.FindKind(apiVersion, kind) is null)
            {
                problems.Add($"{manifest.Position}: {UnknownKind(catalog, apiVersion, kind)}");
            }
            else if (manifest.Object.Name().Length == 0)
            {
                problems.Add($"{manifest.Position}: {kind} needs a metadata.name to be applied by");
            }
        }

        if (problems.Count > 0)
        {
            throw new ApplyException(problems);
        }
    }

    private static string UnknownKind(ResourceCatalog catalog, string apiVersion, string kind)
    {
        var others = catalog.Groups.SelectMany(static group => group.Versions)
            .Where(version => catalog.FindKind(version.ApiVersion, kind) is not null).Select(static version => version.ApiVersion).ToList();
        return others.Count > 0
            ? $"kind {kind} is not served as {apiVersion}; write apiVersion: {string.Join(" or ", others)}"
            : $"kind {kind} (apiVersion {apiVersion}) is not served here; 'kubectl api-resources' lists what is, remove it or run it on a full cluster";
    }

    private async Task<string?> WhyNotAsync(ManifestObject manifest, HashSet<string> newNamespaces, CancellationToken cancellationToken)
    {
        // An object in a namespace that is yet to come is checked in one that is there: only the name of it differs.
        var stead = newNamespaces.Contains(manifest.Object.Namespace()) ? DefaultNamespace : null;
        try
        {
            await ApplyAsync(Moved(manifest, stead), DefaultNamespace, dryRun: true, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (KubernetesApiException) when (stead is not null && _core.Store.Find(KeyIn(manifest, stead)) is not null)
        {
            // Its namesake in the other namespace got in the way (an immutable field, say), which proves nothing.
            return null;
        }
        catch (KubernetesApiException refused)
        {
            return refused.Message;
        }
    }

    private Store.StoreKey KeyIn(ManifestObject manifest, string ns) =>
        new(Resource(manifest).Definition.Type.ToString(), Resource(manifest).Definition.Type.Namespaced ? ns : "", manifest.Object.Name());

    private static ManifestObject Moved(ManifestObject manifest, string? ns)
    {
        if (ns is null)
        {
            return manifest;
        }

        var obj = manifest.Object.DeepClone().AsObject();
        obj.GetOrAddObject("metadata")["namespace"] = ns;
        return manifest with { Object = obj };
    }

    private ServedResource Resource(ManifestObject manifest) =>
        _core.Catalog.FindKind(manifest.Object.String("apiVersion") ?? "", manifest.Object.String("kind") ?? "")!;

    private async Task<Applied> ApplyAsync(ManifestObject manifest, string defaultNamespace, bool dryRun, CancellationToken cancellationToken)
    {
        var resource = Resource(manifest);
        var type = resource.Definition.Type;
        var ns = !type.Namespaced ? null : manifest.Object.Namespace() is { Length: > 0 } own ? own : defaultNamespace;
        var wanted = Placed(manifest.Object, ns);
        var name = wanted.Name();
        var context = new WriteContext { DryRun = dryRun, FieldManager = FieldManager, FieldValidation = FieldValidationMode.Strict };
        var key = new Store.StoreKey(type.ToString(), ns ?? "", name);
        if (_core.Store.Find(key) is not { } existing)
        {
            await _core.CreateAsync(resource, ns, LastApplied.Remember(wanted), context, cancellationToken).ConfigureAwait(false);
            return Result(ApplyOutcome.Created);
        }

        var current = resource.Version.FromStorage(existing.Copy());
        var patch = LastApplied.Patch(LastApplied.Read(current), LastApplied.Remember(wanted), current);
        if (patch.Count == 0)
        {
            return Result(ApplyOutcome.Unchanged);
        }

        var stored = await _core.PatchAsync(resource, ns, name, null, PatchKind.Merge, patch, context, cancellationToken).ConfigureAwait(false);
        return Result(stored.Revision == existing.Revision ? ApplyOutcome.Unchanged : ApplyOutcome.Configured);

        Applied Result(ApplyOutcome outcome) =>
            new(manifest, $"{resource.Definition.Singular}{(type.Group.Length > 0 ? "." + type.Group : "")}/{name}", outcome, Warnings(resource, context));
    }

    private static JsonObject Placed(JsonObject manifest, string? ns)
    {
        var obj = manifest.DeepClone().AsObject();
        var metadata = obj.GetOrAddObject("metadata");
        if (ns is null)
        {
            metadata.Remove("namespace");
        }
        else
        {
            metadata["namespace"] = ns;
        }

        return obj;
    }

    private static List<string> Warnings(ServedResource resource, WriteContext context) =>
        resource.Version.DeprecationWarning is { } deprecated ? [deprecated, .. context.Warnings] : context.Warnings;
}
