using System.Text.Json;
using System.Text.Json.Nodes;
using Docker.DotNet;

namespace Inlet.Local.Node.Runtime.Engine;

internal static class EngineErrors
{
    /// <summary>What the engine says, without the wrapping of the library.</summary>
    public static string Text(Exception error)
    {
        if (error is not DockerApiException { ResponseBody: { Length: > 0 } body })
        {
            return (error.InnerException ?? error).Message;
        }

        try
        {
            return JsonNode.Parse(body)?["message"]?.ToString().Trim() ?? body.Trim();
        }
        catch (JsonException)
        {
            return body.Trim();
        }
    }
}
