using System.Globalization;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;
using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Http;

/// <summary>The query of a request, read as Kubernetes reads it. A parameter given twice counts with its first value.</summary>
internal sealed class QueryParameters(IQueryCollection query)
{
    public string? Text(string name) => query.TryGetValue(name, out var values) && values.Count > 0 ? values[0] : null;

    /// <summary>As in Kubernetes, everything but <c>false</c> and <c>0</c> is true, the bare name included.</summary>
    public bool? Boolean(string name) => Text(name) is { } text
        ? !text.Equals("false", StringComparison.OrdinalIgnoreCase) && text != "0"
        : null;

    /// <exception cref="KubernetesApiException">400 when it is no whole number.</exception>
    public long? Integer(string name)
    {
        if (Text(name) is not { Length: > 0 } text)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw ApiErrors.BadRequest($"{name}: Invalid value: {FieldErrors.Quote(text)}: must be a whole number");
    }

    /// <exception cref="KubernetesApiException">422 for another value than <c>All</c>.</exception>
    public bool DryRun(string optionsKind) => IsDryRun(query.TryGetValue("dryRun", out var values) ? values.OfType<string>() : [], optionsKind);

    /// <param name="optionsKind">Kubernetes reports the options as an object of their own: <c>CreateOptions</c>, …</param>
    public static bool IsDryRun(IEnumerable<string> values, string optionsKind)
    {
        var errors = new FieldErrors();
        var dryRun = false;
        foreach (var value in values.Where(v => v.Length > 0))
        {
            if (value == "All")
            {
                dryRun = true;
            }
            else
            {
                errors.NotSupported("dryRun", value, "All");
            }
        }

        errors.ThrowIfAny(new ResourceType("meta.k8s.io", "v1", optionsKind, "", false), "");
        return dryRun;
    }
}
