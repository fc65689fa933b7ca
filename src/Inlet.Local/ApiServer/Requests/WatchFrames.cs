using System.Buffers;
using System.Globalization;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Http;
using Inlet.Local.ApiServer.Tables;
using Inlet.Local.Store;

namespace Inlet.Local.ApiServer.Requests;

/// <summary>The events of one watch as frames: a JSON object per line, in the form the client asked for.</summary>
internal sealed class WatchFrames(ApiRequest request, TimeProvider time)
{
    private bool _columnsSent;

    public void Write(IBufferWriter<byte> output, CoreWatchEvent e) => Write(output, Name(e.Type), Body(e));

    public static void WriteError(IBufferWriter<byte> output, KubernetesApiException e) =>
        Write(output, "ERROR"u8, ObjectBytes.Write(ApiErrors.ToStatus(e)));

    private static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> type, ReadOnlyMemory<byte> body)
    {
        output.Write("{\"type\":\""u8);
        output.Write(type);
        output.Write("\",\"object\":"u8);
        output.Write(body.Span);
        output.Write("}\n"u8);
    }

    private ReadOnlyMemory<byte> Body(CoreWatchEvent e) => request.Representation.Form switch
    {
        Form.Table => ObjectBytes.Write(Table(e)),
        Form.PartialMetadata => ObjectBytes.Write(
            TableBuilder.PartialMetadata(e.Object?.Object ?? Bookmarks.Make(request.Resource, e), request.Representation.Version)),
        _ => e.Object is null ? ObjectBytes.Write(Bookmarks.Make(request.Resource, e)) : ObjectForms.Bytes(request.Resource, e.Object),
    };

    private JsonObject Table(CoreWatchEvent e)
    {
        var metadata = e.Object is null
            ? new JsonObject { ["resourceVersion"] = e.Revision.ToString(CultureInfo.InvariantCulture) }
            : ObjectForms.TableMetadata(e.Object);
        var table = TableBuilder.Build(
            request.Resource, e.Object is null ? [] : [e.Object.Object], metadata, request.IncludeObject, time.GetUtcNow(),
            request.Representation.Version, withColumns: !_columnsSent);
        _columnsSent = true;
        return table;
    }

    private static ReadOnlySpan<byte> Name(WatchEventType type) => type switch
    {
        WatchEventType.Added => "ADDED"u8,
        WatchEventType.Modified => "MODIFIED"u8,
        WatchEventType.Deleted => "DELETED"u8,
        _ => "BOOKMARK"u8,
    };
}
