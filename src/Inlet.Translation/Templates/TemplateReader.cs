using System.Buffers;
using System.Text;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>
/// Texts with variables (<c>$name</c> or <c>${name}</c>, reference/ingress-annotations §0.5) → templates. What is not on the list is no
/// variable but a mistake: pasting what a client sends into places nobody thought of is how headers and requests are forged.
/// </summary>
internal static class TemplateReader
{
    private static readonly SearchValues<char> OfUrls =
        SearchValues.Create("-./0123456789:ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~?#[]@!&'()*+,;=%${}");

    private static readonly SearchValues<char> OfNames = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

    /// <summary>An absolute http or https URL with variables. Null when missing or invalid.</summary>
    public static (string Text, ValueTemplate Template)? Url(AnnotationReader reader, AnnotationSpec spec)
    {
        if (reader.Text(spec) is not { } text)
        {
            return null;
        }

        if (text.AsSpan().ContainsAnyExcept(OfUrls))
        {
            reader.Invalid(spec, text, "it may hold the characters of a URL, and variables, only");
            return null;
        }

        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0 || text[..scheme] is not ("http" or "https" or "$scheme" or "${scheme}" or "$pass_access_scheme"))
        {
            reader.Invalid(spec, text, "it has to begin with http:// or https://");
            return null;
        }

        var rest = text[(scheme + 3)..];
        var end = rest.IndexOfAny(['/', '?', '#']);
        var authority = end < 0 ? rest : rest[..end];
        if (authority.Length == 0 || authority.Contains("..", StringComparison.Ordinal) || authority.Contains('@') || authority[0] == ':' || rest.Contains('#'))
        {
            reader.Invalid(spec, text, "it has to name a host, and neither a user nor a fragment");
            return null;
        }

        return Template(reader, spec, text) is { } template ? (text, template) : null;
    }

    /// <summary>A text with variables, of printable characters. Null when invalid.</summary>
    public static ValueTemplate? Template(AnnotationReader reader, AnnotationSpec spec, string text)
    {
        if (text.Any(static c => c is < ' ' or > '~'))
        {
            reader.Invalid(spec, text, "it may hold printable characters only");
            return null;
        }

        if (Read(text, out var unknown) is { } template)
        {
            return template;
        }

        reader.Invalid(spec, text, $"{unknown} is no variable that is known");
        return null;
    }

    /// <param name="unknown">The first variable that is none.</param>
    /// <returns>Null when a variable is unknown.</returns>
    public static ValueTemplate? Read(string text, out string unknown)
    {
        var parts = new List<TemplatePart>();
        var literal = new StringBuilder();
        unknown = "";
        for (var at = 0; at < text.Length;)
        {
            if (text[at] != '$')
            {
                literal.Append(text[at++]);
                continue;
            }

            var name = NameAt(text, at + 1, out var end);
            if (name is null || Variable(name) is not { } part)
            {
                unknown = text[at..Math.Max(end, at + 1)];
                return null;
            }

            if (literal.Length > 0)
            {
                parts.Add(new TemplatePart(literal.ToString()));
                literal.Clear();
            }

            parts.Add(part);
            at = end;
        }

        if (literal.Length > 0)
        {
            parts.Add(new TemplatePart(literal.ToString()));
        }

        return new ValueTemplate(parts.ToEquatableArray());
    }

    private static string? NameAt(string text, int start, out int end)
    {
        var braces = start < text.Length && text[start] == '{';
        var first = braces ? start + 1 : start;
        var length = text.AsSpan(first).IndexOfAnyExcept(OfNames);
        end = length < 0 ? text.Length : first + length;
        if (end == first || (braces && (end == text.Length || text[end] != '}')))
        {
            return null;
        }

        var name = text[first..end];
        end += braces ? 1 : 0;
        return name;
    }

    private static TemplatePart? Variable(string name) => name switch
    {
        "host" or "best_http_host" => new TemplatePart("", TemplateVariable.Host),
        "http_host" => new TemplatePart("", TemplateVariable.HostField),
        "request_uri" => new TemplatePart("", TemplateVariable.Target),
        "escaped_request_uri" => new TemplatePart("", TemplateVariable.EscapedTarget),
        "uri" or "document_uri" => new TemplatePart("", TemplateVariable.Path),
        "args" or "query_string" => new TemplatePart("", TemplateVariable.Query),
        "scheme" or "pass_access_scheme" => new TemplatePart("", TemplateVariable.Scheme),
        "remote_addr" or "binary_remote_addr" or "the_real_ip" => new TemplatePart("", TemplateVariable.ClientAddress),
        "request_id" or "req_id" => new TemplatePart("", TemplateVariable.RequestId),
        "request_method" => new TemplatePart("", TemplateVariable.Method),
        "server_port" or "pass_server_port" => new TemplatePart("", TemplateVariable.Port),
        // In nginx's name of a field's variable, dashes are underscores.
        _ when After(name, "http_") is { } header => new TemplatePart(header.Replace('_', '-'), TemplateVariable.Header),
        _ when After(name, "cookie_") is { } cookie => new TemplatePart(cookie, TemplateVariable.Cookie),
        _ when After(name, "arg_") is { } parameter => new TemplatePart(parameter, TemplateVariable.QueryParameter),
        _ => null,
    };

    private static string? After(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length ? name[prefix.Length..] : null;
}
