using System.Text.RegularExpressions;

namespace Inlet.Translation;

/// <summary>Hosts of rules and TLS entries: a DNS name, or a wildcard for exactly one label (Kubernetes Ingress API).</summary>
internal static partial class HostNames
{
    private const int LongestName = 253;

    /// <summary>Lower case, or null when it is not a host name. Empty stands for every host.</summary>
    public static string? Normalise(string? host)
    {
        if (string.IsNullOrEmpty(host))
        {
            return "";
        }

        var lower = host.ToLowerInvariant();
        return lower.Length <= LongestName && Name().IsMatch(lower) ? lower : null;
    }

    [GeneratedRegex(@"\A(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
