using System.Globalization;

using Inlet.Kubernetes;
using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Http;

/// <summary>One media type of an Accept header (RFC 9110 section 12.5.1) with its parameters, lower-case names.</summary>
internal sealed record AcceptedType(string MediaType, IReadOnlyDictionary<string, string> Parameters)
{
    public bool AcceptsJson => MediaType is "application/json" or "application/*" or "*/*";

    public string? Parameter(string name) => Parameters.GetValueOrDefault(name);
}

internal static class Accept
{
    /// <summary>The types in order of preference: by <c>q</c>, then as written. A missing header accepts everything.</summary>
    public static IReadOnlyList<AcceptedType> Parse(HttpRequest request)
    {
        var types = request.Headers.Accept
            .SelectMany(value => (value ?? "").Split(','))
            .Select(part => part.Trim())
            .Where(part => part.Length > 0)
            .Select(ParseOne)
            .Where(type => Quality(type) > 0)
            .OrderByDescending(Quality)
            .ToList();
        return request.Headers.Accept.Count == 0 ? [new("*/*", new Dictionary<string, string>())] : types;
    }

    /// <summary>406 as Kubernetes words it.</summary>
    public static KubernetesApiException NotAcceptable(string accepted = "application/json") =>
        new(406, "NotAcceptable", $"only the following media types are accepted: {accepted}");

    private static AcceptedType ParseOne(string text)
    {
        var parts = text.Split(';');
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in parts.Skip(1))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                parameters.TryAdd(part[..equals].Trim().ToLowerInvariant(), part[(equals + 1)..].Trim().Trim('"'));
            }
        }

        return new(parts[0].Trim().ToLowerInvariant(), parameters);
    }

    private static double Quality(AcceptedType type) =>
        type.Parameter("q") is { } q && double.TryParse(q, CultureInfo.InvariantCulture, out var quality) ? quality : 1;
}
