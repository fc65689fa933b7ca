using System.Globalization;
using System.Net;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Which addresses may come (reference/ingress-annotations §7).</summary>
internal static class AccessAnnotations
{
    private static readonly AnnotationSpec Allow = new(
        "allowlist-source-range", "list of addresses and networks", "", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Close,
        "Only clients from these addresses and networks are served; others are answered 403.");

    private static readonly AnnotationSpec AllowAlias = Allow with { Name = "whitelist-source-range", Summary = "The old name of allowlist-source-range, which wins.", AliasOf = "allowlist-source-range" };

    private static readonly AnnotationSpec Deny = new(
        "denylist-source-range", "list of addresses and networks", "", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Close,
        "Clients from these addresses and networks are answered 403, even if they are allowed.");

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Allow, AllowAlias, Deny];

    /// <returns>Null when everybody may come.</returns>
    public static AccessPolicy? Parse(AnnotationReader reader)
    {
        if (reader.Has(Allow))
        {
            reader.WithoutEffect(AllowAlias, $"beside {Allow.Key}");
        }

        var policy = new AccessPolicy(Networks(reader, reader.Has(Allow) ? Allow : AllowAlias), Networks(reader, Deny));
        return policy.Allow.IsEmpty && policy.Deny.IsEmpty ? null : policy;
    }

    public static EquatableArray<IPNetwork> Networks(AnnotationReader reader, AnnotationSpec spec)
    {
        if (reader.Text(spec) is not { } text)
        {
            return [];
        }

        var networks = new List<IPNetwork>();
        foreach (var item in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (Network(item) is not { } network)
            {
                reader.Invalid(spec, text, $"\"{item}\" is neither an IP address nor a network such as 10.0.0.0/8");
                return [];
            }

            networks.Add(network);
        }

        if (networks.Count == 0)
        {
            reader.Invalid(spec, text, "it names no address");
        }

        return networks.ToEquatableArray();
    }

    /// <returns>Null for what is neither an address nor a network.</returns>
    internal static IPNetwork? Network(string text)
    {
        var slash = text.IndexOf('/');
        if (Address(slash < 0 ? text : text[..slash]) is not { } address)
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        var length = bytes.Length * 8;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > bytes.Length * 8))
        {
            return null;
        }

        // 10.1.2.3/8 is understood as 10.0.0.0/8.
        for (var index = 0; index < bytes.Length; index++)
        {
            var kept = Math.Clamp(length - (index * 8), 0, 8);
            bytes[index] &= (byte)(0xFF << (8 - kept));
        }

        return new IPNetwork(new IPAddress(bytes), length);
    }

    /// <summary>Strict: the platform also reads 10.1 and 010.0.0.1, which mean something else to whoever wrote them.</summary>
    private static IPAddress? Address(string text)
    {
        if (text.Contains('%') || !IPAddress.TryParse(text, out var address))
        {
            return null;
        }

        var isV6 = text.Contains(':');
        return (isV6 ? text[0] != '[' : address.ToString() == text) ? address : null;
    }
}
