using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Patches;

/// <summary>One entry for the kinds of patch the server applies itself.</summary>
internal static class Patch
{
    /// <param name="schemaMessage">The object's message, in the version the request was made in.</param>
    /// <exception cref="KubernetesApiException">The patch is malformed or does not apply; 415 for server-side apply, which is no patch of this kind (see <see cref="ApiCore.ApplyAsync"/>).</exception>
    public static JsonObject Apply(PatchKind kind, JsonObject target, JsonNode? patch, string schemaMessage) => kind switch
    {
        PatchKind.Json => JsonPatch.Apply(target, patch),
        PatchKind.Merge => MergePatch.Apply(target, patch),
        PatchKind.StrategicMerge => StrategicMergePatch.Apply(target, patch, schemaMessage),
        _ => throw new KubernetesApiException(415, "UnsupportedMediaType",
            "server-side apply (application/apply-patch+yaml) of this sub-resource is not supported: use application/merge-patch+json"),
    };
}
