using System.Text;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class SecretResource : ResourceDefinition
{
    public SecretResource()
        : base(ResourceTypes.Secrets, "secret", "k8s.io.api.core.v1.Secret")
    {
        HasOwnFields = true;
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Type"), new("Data", "integer"), TableColumn.Age,
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now) =>
        [obj.Name(), obj.String("type") ?? "", obj.Object("data")?.Count ?? 0, Cell.Age(obj, now)];

    public override string? SelectableField(JsonObject obj, string field) =>
        field == "type" ? obj.String("type") ?? "" : base.SelectableField(obj, field);

    /// <summary><c>stringData</c> is only ever written: it moves into <c>data</c>, over what is there.</summary>
    public override void Default(JsonObject obj)
    {
        FieldChecks.Default(obj, "type", "Opaque");
        if (obj["stringData"] is JsonObject plain)
        {
            var data = obj.GetOrAddObject("data");
            foreach (var (key, value) in plain)
            {
                data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value?.ToString() ?? ""));
            }

            obj.Remove("stringData");
        }
    }

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        FieldChecks.Data(obj, errors, "data");
        foreach (var key in RequiredKeys(obj.String("type")))
        {
            if (obj.Object("data")?.ContainsKey(key) != true)
            {
                errors.Required($"data[{key}]");
            }
        }

        if (old is not null)
        {
            FieldChecks.Unchanged(obj["type"], old["type"], "type", errors);
        }

        FieldChecks.ImmutableData(obj, old, errors, "data");
    }

    private static string[] RequiredKeys(string? type) => type switch
    {
        "kubernetes.io/tls" => ["tls.crt", "tls.key"],
        "kubernetes.io/dockerconfigjson" => [".dockerconfigjson"],
        "kubernetes.io/dockercfg" => [".dockercfg"],
        "kubernetes.io/ssh-auth" => ["ssh-privatekey"],
        _ => [],
    };
}
