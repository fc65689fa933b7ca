using System.Text;

using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Http;

/// <summary><c>Warning: 299 - "text"</c> headers (RFC 7234 section 5.5), which kubectl prints.</summary>
internal static class WarningHeaders
{
    /// <summary>Clients limit the size of a head: an object with a thousand unknown fields is warned of the first ones.</summary>
    private const int MaximumCount = 32;
    private const int MaximumLength = 256;

    public static void Add(HttpResponse response, IEnumerable<string> warnings)
    {
        foreach (var warning in warnings.Distinct(StringComparer.Ordinal).Take(MaximumCount))
        {
            response.Headers.Append("Warning", $"299 - \"{Escape(warning)}\"");
        }
    }

    private static string Escape(string warning)
    {
        var text = new StringBuilder();
        foreach (var c in warning.Length <= MaximumLength ? warning : warning[..MaximumLength])
        {
            // Header values are ASCII; a field name may hold anything.
            _ = c is '"' or '\\' ? text.Append('\\').Append(c) : text.Append(c is >= ' ' and < '\x7f' ? c : '?');
        }

        return text.ToString();
    }
}
