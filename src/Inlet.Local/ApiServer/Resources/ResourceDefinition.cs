using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>
/// Everything the API server knows about one resource, in one place: how discovery names it, how its objects are
/// defaulted, validated and prepared for the store, which fields select it, and how it prints. Pure: no clock, no store.
/// All methods take objects in the storage version and change them in place.
/// </summary>
public abstract class ResourceDefinition
{
    private static readonly string[] StandardVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    protected ResourceDefinition(ResourceType type, string singular, string schemaMessage)
    {
        Type = type;
        Singular = singular;
        Storage = new StorageVersion(type, schemaMessage);
        Versions = [Storage];
    }

    /// <summary>Group, version, kind and plural in the storage version.</summary>
    public ResourceType Type { get; }

    public string Singular { get; }

    public IReadOnlyList<string> ShortNames { get; protected init; } = [];

    /// <summary><c>all</c> is what <c>kubectl get all</c> lists.</summary>
    public IReadOnlyList<string> Categories { get; protected init; } = [];

    public IReadOnlyList<string> Verbs { get; protected init; } = StandardVerbs;

    public IReadOnlyList<Subresource> Subresources { get; protected init; } = [];

    public ServedVersion Storage { get; }

    /// <summary>Every version served, the storage version first.</summary>
    public IReadOnlyList<ServedVersion> Versions { get; protected init; }

    /// <summary>Whether <c>status</c> is written only through the status sub-resource.</summary>
    public bool HasStatus => Subresource("status") is not null;

    /// <summary>Whether <c>metadata.generation</c> counts spec changes (not for Pods, Services, Nodes, Namespaces).</summary>
    protected bool HasGeneration { get; init; }

    public NameRule Names { get; protected init; }

    /// <summary>Text for a <c>Warning</c> header of every write, for a kind that is stored for its manifests' sake and does nothing here; null when it does.</summary>
    public string? NoEffect { get; protected init; }

    public string SchemaMessage => Storage.SchemaMessage;

    public Subresource? Subresource(string name) => Subresources.FirstOrDefault(s => s.Name == name);

    public bool Supports(string verb) => Verbs.Contains(verb);

    /// <summary>
    /// Fields a <c>fieldSelector</c> may name, with the value compared (empty string when unset). Every resource selects
    /// by <c>metadata.name</c>, a namespaced one by <c>metadata.namespace</c>.
    /// </summary>
    public virtual string? SelectableField(JsonObject obj, string field) => field switch
    {
        "metadata.name" => obj.Name(),
        "metadata.namespace" when Type.Namespaced => obj.Namespace(),
        _ => null,
    };

    /// <summary>Sets what Kubernetes sets when the user left it out. Idempotent: called on create, update and patch.</summary>
    public virtual void Default(JsonObject obj)
    {
    }

    /// <summary>Adds what is wrong to <paramref name="errors"/>. Runs after defaulting.</summary>
    /// <param name="old">The stored object on update, null on create.</param>
    public void Validate(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        MetadataValidation.Validate(obj, old, Names, errors);
        ValidateFields(obj, old, errors);
    }

    /// <summary>What is the kind's own in <see cref="Validate"/>.</summary>
    protected virtual void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
    }

    /// <summary>Whether <see cref="SelectableField"/> knows more than name and namespace; only the refusal's wording depends on it.</summary>
    protected bool HasOwnFields { get; init; }

    /// <summary>400 for a field no selector of this kind may name.</summary>
    public KubernetesApiException UnknownSelectableField(string field) => new(400, "BadRequest", HasOwnFields
        ? $"field label not supported: {field}"
        : $"\"{field}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");

    /// <summary>Drops what a client may not set on create (status) and starts <c>metadata.generation</c> at 1 where the kind has one.</summary>
    public virtual void PrepareForCreate(JsonObject obj)
    {
        if (!HasStatus)
        {
            return;
        }

        obj.Remove("status");
        if (HasGeneration)
        {
            obj.GetOrAddObject("metadata")["generation"] = 1;
        }
    }

    /// <summary>Keeps the old status, and moves <c>metadata.generation</c> exactly when something besides metadata and status changed.</summary>
    public virtual void PrepareForUpdate(JsonObject obj, JsonObject old)
    {
        if (!HasStatus)
        {
            return;
        }

        Copy(old, obj, "status");
        if (!HasGeneration)
        {
            return;
        }

        var generation = old.Metadata().Integer("generation") ?? 0;
        obj.GetOrAddObject("metadata")["generation"] = SpecEquals(obj, old) ? generation : generation + 1;
    }

    /// <summary>For the status sub-resource: everything but status (and its own bookkeeping in metadata) stays as stored.</summary>
    public virtual void PrepareForStatusUpdate(JsonObject obj, JsonObject old)
    {
        foreach (var key in obj.Select(p => p.Key).Union(old.Select(p => p.Key)).ToList())
        {
            if (key is not ("status" or "metadata" or "apiVersion" or "kind"))
            {
                Copy(old, obj, key);
            }
        }

        var resourceVersion = obj.Metadata()?["resourceVersion"]?.DeepClone();
        var managedFields = obj.Metadata()?["managedFields"]?.DeepClone();
        var metadata = (old.Metadata() ?? []).DeepClone().AsObject();
        Put(metadata, "resourceVersion", resourceVersion);
        Put(metadata, "managedFields", managedFields);
        obj["metadata"] = metadata;
    }

    /// <summary>Columns of <c>kubectl get</c>, the object's name first.</summary>
    public virtual IReadOnlyList<TableColumn> Columns { get; } = [TableColumn.ObjectName, TableColumn.Age];

    /// <summary>One value per column of <see cref="Columns"/>.</summary>
    /// <param name="now">Ages are counted up to here.</param>
    public virtual IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now) => [obj.Name(), Cell.Age(obj, now)];

    private static void Put(JsonObject target, string key, JsonNode? value)
    {
        if (value is null)
        {
            target.Remove(key);
        }
        else
        {
            target[key] = value;
        }
    }

    /// <summary>Whether everything besides metadata and status is the same.</summary>
    protected static bool SpecEquals(JsonObject obj, JsonObject old) =>
        Keys(obj).ToHashSet().SetEquals(Keys(old)) && Keys(obj).All(key => JsonNode.DeepEquals(obj[key], old[key]));

    private static IEnumerable<string> Keys(JsonObject obj) =>
        obj.Select(p => p.Key).Where(key => key is not ("status" or "metadata" or "apiVersion" or "kind"));

    private static void Copy(JsonObject from, JsonObject to, string key) => Put(to, key, from[key]?.DeepClone());

    protected static Subresource StatusOf(ResourceType type) => new("status", type.Group, type.Version, type.Kind, ["get", "patch", "update"]);

    protected static Subresource Scale() => new("scale", "autoscaling", "v1", "Scale", ["get", "patch", "update"]);
}
