using System.Buffers;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>How an endpoint is chosen (reference/ingress-annotations §10).</summary>
internal static class BalancingAnnotations
{
    private static readonly SearchValues<char> OfNames = SearchValues.Create("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

    private static readonly AnnotationSpec Method = new(
        "load-balance", "round_robin or ewma", "round_robin", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "How one of the Service's endpoints is chosen: in turn, or the one of two that has lately answered sooner.");

    private static readonly AnnotationSpec HashBy = new(
        "upstream-hash-by", "text with variables", "", AnnotationScope.Route, AnnotationRisk.High, WhenInvalid.Default,
        "Requests for which it says the same go to the same endpoint: $request_uri, $uri, $host, $remote_addr, $http_NAME, $cookie_NAME, $arg_NAME, or several.");

    private static readonly AnnotationSpec Subset = new(
        "upstream-hash-by-subset", "bool", "false", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "Requests with the same value go to a few endpoints, at random among them, instead of to one.");

    private static readonly AnnotationSpec SubsetSize = new(
        "upstream-hash-by-subset-size", "integer", "3", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "How many endpoints upstream-hash-by-subset means.");

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Method, HashBy, Subset, SubsetSize];

    public static BalancingPolicy Parse(AnnotationReader reader)
    {
        var method = ReadMethod(reader);
        if (reader.Text(HashBy) is not { } text)
        {
            reader.WithoutEffect(Subset, $"without {HashBy.Key}");
            reader.WithoutEffect(SubsetSize, $"without {HashBy.Key}");
            return method;
        }

        if ((KeyOf(text) ?? TextOf(text)) is { } key)
        {
            return new BalancingPolicy(BalancingMethod.ConsistentHash) { HashBy = key, HashSubset = ReadSubset(reader) };
        }

        reader.Invalid(HashBy, text, "it has to be a text with at least one variable, such as $request_uri, $host, $remote_addr, $http_NAME, $cookie_NAME or $arg_NAME");
        return method;
    }

    private static int ReadSubset(AnnotationReader reader)
    {
        const int Default = 3;
        const int Most = 100;
        if (reader.Boolean(Subset) is not true)
        {
            reader.WithoutEffect(SubsetSize, $"without {Subset.Key}: \"true\"");
            return 1;
        }

        switch (reader.Integer(SubsetSize))
        {
            case null or 0:
                return Default;
            case > 0 and <= Most and var size:
                return size;
            case { } other:
                reader.Invalid(SubsetSize, $"{other}", $"it has to be 1 to {Most}");
                return Default;
        }
    }

    private static BalancingPolicy ReadMethod(AnnotationReader reader)
    {
        switch (reader.Text(Method))
        {
            case null or "round_robin":
                return BalancingPolicy.Default;
            case "ewma":
                return new BalancingPolicy(BalancingMethod.Ewma);
            case { } other:
                reader.Invalid(Method, other, "it has to be round_robin or ewma");
                return BalancingPolicy.Default;
        }
    }

    private static HashKey? KeyOf(string text)
    {
        if (text.Length < 2 || text[0] != '$')
        {
            return null;
        }

        var name = text[1] == '{' && text[^1] == '}' ? text[2..^1] : text[1..];
        return name switch
        {
            "request_uri" => new HashKey(HashSource.Target),
            "uri" or "document_uri" => new HashKey(HashSource.Path),
            "host" or "http_host" or "best_http_host" => new HashKey(HashSource.Host),
            "remote_addr" or "binary_remote_addr" or "the_real_ip" => new HashKey(HashSource.ClientAddress),
            // In nginx's name of a header's variable, dashes are underscores.
            _ when NameAfter(name, "http_") is { } header => new HashKey(HashSource.Header, header.Replace('_', '-')),
            _ when NameAfter(name, "cookie_") is { } cookie => new HashKey(HashSource.Cookie, cookie),
            _ => null,
        };
    }

    private static HashKey? TextOf(string text) =>
        text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '$' or '{' or '}') && TemplateReader.Read(text, out _) is { } template
        && template.Parts.Any(static part => part.Variable != TemplateVariable.None)
            ? new HashKey(HashSource.Text) { Text = template } : null;

    private static string? NameAfter(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length
        && name.AsSpan(prefix.Length).ContainsAnyExcept(OfNames) is false ? name[prefix.Length..] : null;
}
