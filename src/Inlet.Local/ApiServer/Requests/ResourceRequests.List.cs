using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json.Nodes;

using Inlet.Local.ApiServer.Http;
using Inlet.Local.ApiServer.Tables;
using Inlet.Local.Store;
using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Requests;

internal sealed partial class ResourceRequests
{
    /// <summary>A large list goes out in steps of about so much, so that it is never in memory as a whole.</summary>
    private const int FlushFromBytes = 64 * 1024;

    private Task ListAsync(ApiRequest request) => AnswerListAsync(request, core.List(request.Resource, request.Namespace, ReadListOptions(request)));

    private static ListOptions ReadListOptions(ApiRequest request)
    {
        var limit = request.Query.Integer("limit") ?? 0;
        return new()
        {
            LabelSelector = request.Query.Text("labelSelector"),
            FieldSelector = request.Query.Text("fieldSelector"),
            ResourceVersion = request.Query.Text("resourceVersion"),
            ResourceVersionMatch = request.Query.Text("resourceVersionMatch"),
            Limit = limit is >= 0 and <= int.MaxValue ? (int)limit : 0,
            Continue = request.Query.Text("continue"),
        };
    }

    private Task AnswerListAsync(ApiRequest request, ListResult list)
    {
        var version = request.Representation.Version;
        switch (request.Representation.Form)
        {
            case Form.Table:
                var table = TableBuilder.Build(
                    request.Resource, list.Items.Select(i => i.Object), Metadata(list), request.IncludeObject, core.Time.GetUtcNow(), version);
                return AnswerWriter.WriteAsync(request.Context, table, StatusCodes.Status200OK, request.Representation.ContentType());
            case Form.PartialMetadata:
                var partial = new JsonObject
                {
                    ["kind"] = "PartialObjectMetadataList",
                    ["apiVersion"] = $"meta.k8s.io/{version}",
                    ["metadata"] = Metadata(list),
                    ["items"] = new JsonArray([.. list.Items.Select(i => TableBuilder.PartialMetadata(i.Object, version))]),
                };
                return AnswerWriter.WriteAsync(request.Context, partial, StatusCodes.Status200OK, request.Representation.ContentType("List"));
            default:
                return AnswerObjectsAsync(request, list);
        }
    }

    private static async Task AnswerObjectsAsync(ApiRequest request, ListResult list)
    {
        if (AnswerWriter.WantsIndented(request.Context))
        {
            var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
            await WriteObjectsAsync(request, list, pipe.Writer);
            await pipe.Writer.CompleteAsync();
            var whole = (await pipe.Reader.ReadAsync()).Buffer.ToArray();
            await AnswerWriter.WriteAsync(request.Context, whole);
            return;
        }

        var length = list.Items.Sum(i => (long)i.Utf8.Length);
        var output = AnswerWriter.Start(request.Context, StatusCodes.Status200OK, AnswerWriter.Json, length, isExact: false);
        await WriteObjectsAsync(request, list, output);
        await output.CompleteAsync();
    }

    private static async Task WriteObjectsAsync(ApiRequest request, ListResult list, PipeWriter output)
    {
        var type = request.Resource.Version.Type;
        // The list's own head is small; only the items are many, and those are bytes already.
        var head = new JsonObject { ["kind"] = $"{type.Kind}List", ["apiVersion"] = type.ApiVersion, ["metadata"] = Metadata(list) };
        var headBytes = ObjectBytes.Write(head);
        output.Write(headBytes.AsSpan(0, headBytes.Length - 1));
        output.Write(",\"items\":["u8);
        var first = true;
        foreach (var item in list.Items)
        {
            if (!first)
            {
                output.Write(","u8);
            }

            first = false;
            output.Write(ObjectForms.Bytes(request.Resource, item).Span);
            if (output.CanGetUnflushedBytes && output.UnflushedBytes >= FlushFromBytes)
            {
                await output.FlushAsync(request.Aborted);
            }
        }

        output.Write("]}\n"u8);
        await output.FlushAsync(request.Aborted);
    }

    private static JsonObject Metadata(ListResult list)
    {
        var metadata = new JsonObject { ["resourceVersion"] = list.Revision.ToString(CultureInfo.InvariantCulture) };
        if (list.Continue is not null)
        {
            metadata["continue"] = list.Continue;
        }

        if (list.Remaining is { } remaining)
        {
            metadata["remainingItemCount"] = remaining;
        }

        return metadata;
    }
}
