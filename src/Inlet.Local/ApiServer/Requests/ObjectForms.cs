using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.Store;

namespace Inlet.Local.ApiServer.Requests;

/// <summary>Stored objects as the request's version shows them.</summary>
internal static class ObjectForms
{
    /// <summary>The stored bytes themselves wherever the versions agree: nothing is parsed to be read.</summary>
    public static ReadOnlyMemory<byte> Bytes(ServedResource resource, StoredObject stored) =>
        resource.Version.IsStorage ? stored.Utf8 : ObjectBytes.Write(resource.Version.FromStorage(stored.Copy()));

    /// <summary>The <c>metadata</c> of a Table of one object.</summary>
    public static JsonObject TableMetadata(StoredObject stored) => new() { ["resourceVersion"] = stored.Object.ResourceVersion() };
}
