using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>
/// One group and version a resource is served under. Objects are stored in the definition's storage version; another
/// served version converts at the edge, on every read and write.
/// </summary>
public abstract class ServedVersion(ResourceType type, string schemaMessage)
{
    public ResourceType Type { get; } = type;

    /// <summary>Full protobuf message name (<c>k8s.io.api.core.v1.Pod</c>): the key into the field table.</summary>
    public string SchemaMessage { get; } = schemaMessage;

    /// <summary>Text for the <c>Warning: 299</c> header of every answer in this version; null when it is not deprecated.</summary>
    public virtual string? DeprecationWarning => null;

    /// <summary>True for the storage version, where both conversions hand back their argument.</summary>
    public virtual bool IsStorage => false;

    /// <summary>Changes <paramref name="obj"/> (in this version) into the storage version, <c>apiVersion</c> included, in place.</summary>
    public abstract JsonObject ToStorage(JsonObject obj);

    /// <summary>Changes <paramref name="obj"/> (in the storage version) into this version, <c>apiVersion</c> included, in place.</summary>
    public abstract JsonObject FromStorage(JsonObject obj);
}

internal sealed class StorageVersion(ResourceType type, string schemaMessage) : ServedVersion(type, schemaMessage)
{
    public override bool IsStorage => true;

    public override JsonObject ToStorage(JsonObject obj) => obj;

    public override JsonObject FromStorage(JsonObject obj) => obj;
}

/// <summary>A version whose fields are those of the storage version: only <c>apiVersion</c> differs.</summary>
internal sealed class RenamedVersion(ResourceType type, ResourceType storage, string schemaMessage, string? deprecationWarning)
    : ServedVersion(type, schemaMessage)
{
    public override string? DeprecationWarning => deprecationWarning;

    public override JsonObject ToStorage(JsonObject obj)
    {
        obj["apiVersion"] = storage.ApiVersion;
        return obj;
    }

    public override JsonObject FromStorage(JsonObject obj)
    {
        obj["apiVersion"] = Type.ApiVersion;
        return obj;
    }
}
