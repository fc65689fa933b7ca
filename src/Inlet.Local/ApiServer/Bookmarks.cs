using System.Globalization;
using System.Text.Json.Nodes;

using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.ApiServer;

internal static class Bookmarks
{
    /// <summary>The object of a BOOKMARK event: the kind and how far the watch has come, nothing else.</summary>
    public static JsonObject Make(ServedResource resource, CoreWatchEvent e)
    {
        var metadata = new JsonObject
        {
            ["resourceVersion"] = e.Revision.ToString(CultureInfo.InvariantCulture),
            ["creationTimestamp"] = null,
        };
        if (e.EndsInitialEvents)
        {
            metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        }

        return new()
        {
            ["kind"] = resource.Version.Type.Kind,
            ["apiVersion"] = resource.Version.Type.ApiVersion,
            ["metadata"] = metadata,
        };
    }
}
