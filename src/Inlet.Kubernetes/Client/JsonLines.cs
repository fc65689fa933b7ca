using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Inlet.Kubernetes;

/// <summary>JSON objects, one per line, as they arrive. The end of the stream is a normal end; half a line at the end is dropped.</summary>
internal static class JsonLines
{
    public static async IAsyncEnumerable<JsonObject> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(cancellationToken);
                var rest = result.Buffer;
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    var line = Parse(rest.Slice(0, end));
                    rest = rest.Slice(rest.GetPosition(1, end));
                    if (line is not null)
                    {
                        yield return line;
                    }
                }

                reader.AdvanceTo(rest.Start, rest.End);
                if (result.IsCompleted)
                {
                    yield break;
                }
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private static JsonObject? Parse(ReadOnlySequence<byte> line)
    {
        var json = new Utf8JsonReader(line);
        return line.Length <= 1 ? null : JsonNode.Parse(ref json) as JsonObject;
    }
}
