using System.Text;
using Inlet.Http;
using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>What a template's variables stand for in one request.</summary>
internal readonly ref struct TemplateFacts
{
    public required ClientConnection Client { get; init; }

    public required RequestHead Head { get; init; }

    public required ReadOnlySpan<byte> Source { get; init; }

    /// <summary>As matched.</summary>
    public required ReadOnlySpan<byte> Path { get; init; }

    public required bool Https { get; init; }
}

/// <summary>A template in bytes. What a client sends never ends a line: heads with control characters are refused before they come here.</summary>
internal sealed class RequestTemplate(ValueTemplate template)
{
    private readonly (byte[] Text, TemplateVariable Variable)[] _parts = [.. template.Parts.Select(static part => (Encoding.ASCII.GetBytes(part.Text), part.Variable))];

    /// <param name="forUrl">Characters that no URL holds are percent-encoded.</param>
    public void Write(in TemplateFacts facts, bool forUrl, ref ByteWriter writer)
    {
        Span<byte> host = stackalloc byte[HostName.MaxLength];
        foreach (var (text, variable) in _parts)
        {
            if (variable == TemplateVariable.None)
            {
                writer.Append(text);
                continue;
            }

            var value = variable switch
            {
                TemplateVariable.Host => host[..HostName.Canonicalize(facts.Head.Host(facts.Source), host)],
                TemplateVariable.HostField => facts.Head.HostField(facts.Source),
                TemplateVariable.Target or TemplateVariable.EscapedTarget => Target(facts),
                TemplateVariable.Path => facts.Path,
                TemplateVariable.Query => facts.Head.QueryLength == 0 ? default : facts.Head.Query(facts.Source)[1..],
                TemplateVariable.Scheme => facts.Https ? "https"u8 : "http"u8,
                TemplateVariable.ClientAddress => facts.Client.ClientText,
                TemplateVariable.RequestId => facts.Client.RequestId,
                TemplateVariable.Method => facts.Source[..facts.Head.MethodLength],
                TemplateVariable.Port => facts.Client.Port,
                TemplateVariable.QueryParameter => Parameter(facts, text),
                TemplateVariable.Cookie => Cookies.TryFind(facts.Head, facts.Source, text, out var cookie) ? cookie : default,
                TemplateVariable.Header => facts.Head.Block.Find(facts.Source, text),
                _ => default,
            };
            if (variable == TemplateVariable.EscapedTarget)
            {
                PercentEncoding.AppendComponent(value, ref writer);
            }
            else if (forUrl)
            {
                PercentEncoding.AppendUrl(value, ref writer);
            }
            else
            {
                writer.Append(value);
            }
        }
    }

    private static ReadOnlySpan<byte> Target(in TemplateFacts facts) => facts.Source.Slice(facts.Head.PathStart, facts.Head.PathLength + facts.Head.QueryLength);

    private static ReadOnlySpan<byte> Parameter(in TemplateFacts facts, ReadOnlySpan<byte> name)
    {
        var rest = facts.Head.QueryLength == 0 ? default : facts.Head.Query(facts.Source)[1..];
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)'&');
            var pair = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (pair.Length > name.Length && pair[name.Length] == '=' && Ascii.EqualsIgnoreCase(pair[..name.Length], name))
            {
                return pair[(name.Length + 1)..];
            }
        }

        return default;
    }
}
