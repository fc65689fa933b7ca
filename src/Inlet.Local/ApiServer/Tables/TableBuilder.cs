using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.ApiServer.Tables;

/// <summary>The <c>includeObject</c> query parameter of a Table request. Absent means <see cref="Metadata"/>.</summary>
public enum IncludeObject
{
    None,
    Metadata,
    Object,
}

/// <summary>Answers as <c>Table</c> (meta.k8s.io/v1): what <c>kubectl get</c> prints.</summary>
public static class TableBuilder
{
    /// <exception cref="KubernetesApiException">400 for a word that is none of the three.</exception>
    public static IncludeObject ParseIncludeObject(string? parameter) => parameter switch
    {
        null or "" or "Metadata" => IncludeObject.Metadata,
        "None" => IncludeObject.None,
        "Object" => IncludeObject.Object,
        _ => throw new KubernetesApiException(400, "BadRequest",
            $"includeObject: Invalid value: {FieldErrors.Quote(parameter)}: must be 'Metadata', 'Object', 'None', or empty"),
    };

    /// <param name="objects">In the storage version; they are not changed.</param>
    /// <param name="listMetadata">The list's <c>metadata</c> (or <c>{resourceVersion}</c> of a single object); it is taken over.</param>
    /// <param name="tableVersion"><c>v1</c> or <c>v1beta1</c>, as the client asked.</param>
    /// <param name="withColumns">False in the later events of a watch, where the client has the columns already.</param>
    public static JsonObject Build(
        ServedResource resource, IEnumerable<JsonObject> objects, JsonObject listMetadata, IncludeObject include,
        DateTimeOffset now, string tableVersion = "v1", bool withColumns = true)
    {
        var rows = new JsonArray();
        foreach (var obj in objects)
        {
            var row = new JsonObject { ["cells"] = new JsonArray([.. resource.Definition.Cells(obj, now)]) };
            row["object"] = include switch
            {
                IncludeObject.Metadata => RowMetadata(obj, tableVersion),
                IncludeObject.Object => resource.Version.FromStorage(obj.DeepClone().AsObject()),
                _ => null,
            };
            rows.Add(row);
        }

        return new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = $"meta.k8s.io/{tableVersion}",
            ["metadata"] = listMetadata,
            ["columnDefinitions"] = withColumns ? Columns(resource.Definition) : null,
            ["rows"] = rows,
        };
    }

    /// <summary><c>PartialObjectMetadata</c> of an object.</summary>
    public static JsonObject PartialMetadata(JsonObject obj, string version = "v1") => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = $"meta.k8s.io/{version}",
        ["metadata"] = obj.Metadata()?.DeepClone() ?? new JsonObject(),
    };

    /// <summary>
    /// Without managedFields, which are most of a metadata and of no use beside cells: a table of them is read in half the time.
    /// </summary>
    private static JsonObject RowMetadata(JsonObject obj, string version)
    {
        var partial = PartialMetadata(obj, version);
        partial.Metadata()!.Remove("managedFields");
        return partial;
    }

    private static JsonArray Columns(ResourceDefinition definition)
    {
        var columns = new JsonArray();
        foreach (var column in definition.Columns)
        {
            columns.Add(new JsonObject
            {
                ["name"] = column.Name,
                ["type"] = column.Type,
                ["format"] = column.Format,
                ["description"] = $"{column.Name} of the {definition.Type.Kind}.",
                ["priority"] = column.Priority,
            });
        }

        return columns;
    }
}
