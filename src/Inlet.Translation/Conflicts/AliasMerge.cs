using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Whose routes a name serves that Ingresses gave to their hosts as a further one (server-alias).</summary>
internal static class AliasMerge
{
    /// <param name="fragments">Those that claim something of the name, oldest first.</param>
    /// <returns>Null where the name is nobody's alias, or has routes of its own.</returns>
    public static (string? Of, EquatableArray<Verdict> Verdicts) Choose(string name, IReadOnlyList<IngressFragment> fragments)
    {
        var verdicts = new List<Verdict>();
        var owner = fragments.FirstOrDefault(fragment => fragment.Paths.Any(claim => claim.Host == name && !claim.OtherName));
        string? of = null;
        foreach (var fragment in fragments.Where(fragment => fragment.Settings.Aliases.Contains(name)))
        {
            var host = fragment.Paths.FirstOrDefault(static claim => !claim.OtherName)?.Host;
            if (host is null or "" || host == name)
            {
                continue;
            }

            if (owner is not null || (of is not null && of != host))
            {
                verdicts.Add(new Verdict(fragment.Source, AliasAnnotations.Field, VerdictOutcome.Conflict, VerdictCodes.AliasConflict, owner is not null
                    ? $"{owner.Source} has rules for host {name}, which stand; the alias has no effect. Remove one of them."
                    : $"Host {name} is already another name of {of}, by an older Ingress, which stands. Remove one of them."));
                continue;
            }

            of = host;
        }

        return (of, verdicts.ToEquatableArray());
    }

    /// <summary>A host's model under another name, with the certificate that was asked for by that name where there is one.</summary>
    public static HostModel? Rename(HostModel? served, string name, HostModel? own) =>
        served is null ? own : served with { Host = name, Certificates = own is { Certificates.Count: > 0 } ? own.Certificates : served.Certificates };
}
