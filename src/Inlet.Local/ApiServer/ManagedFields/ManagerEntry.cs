using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.ManagedFields;

/// <summary>One entry of <c>metadata.managedFields</c>.</summary>
/// <param name="Operation"><c>Apply</c> or <c>Update</c>.</param>
/// <param name="ApiVersion">In whose fields the set is told; ours are always the storage version's.</param>
/// <param name="Subresource">Empty for the object itself.</param>
/// <param name="Time">As Kubernetes writes times; null when unknown.</param>
internal sealed record ManagerEntry(string Manager, string Operation, string ApiVersion, string Subresource, string? Time, FieldSet Fields)
{
    public const string Apply = "Apply";
    public const string Update = "Update";

    public bool IsApply => Operation == Apply;

    public bool Is(string manager, string operation, string subresource) =>
        Manager == manager && Operation == operation && Subresource == subresource;

    /// <exception cref="FormatException">Not an entry.</exception>
    public static ManagerEntry Parse(JsonObject json)
    {
        var operation = json.String("operation");
        if (operation is not (Apply or Update) || json.String("fieldsType") is not "FieldsV1" || json.Object("fieldsV1") is not { } fields)
        {
            throw new FormatException("not an entry of managedFields");
        }

        return new(
            json.String("manager") ?? "", operation, json.String("apiVersion") ?? "", json.String("subresource") ?? "", json.String("time"),
            FieldSet.Parse(fields));
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["manager"] = Manager,
            ["operation"] = Operation,
            ["apiVersion"] = ApiVersion,
        };
        if (Time is not null)
        {
            json["time"] = Time;
        }

        json["fieldsType"] = "FieldsV1";
        json["fieldsV1"] = Fields.ToJson();
        if (Subresource.Length > 0)
        {
            json["subresource"] = Subresource;
        }

        return json;
    }

    /// <summary>Who is in the way, as a conflict names it.</summary>
    public override string ToString()
    {
        var name = $"\"{Manager}\"" + (Subresource.Length > 0 ? $" with subresource \"{Subresource}\"" : "");
        return IsApply ? name : $"{name} using {ApiVersion}" + (Time is null ? "" : $" at {Time}");
    }
}
