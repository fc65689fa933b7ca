namespace Inlet.Local.ApiServer.Http;

/// <summary>Who sent a request, in Kubernetes' names for users and groups.</summary>
internal sealed record UserIdentity(string Name, string Uid, IReadOnlyList<string> Groups)
{
    /// <summary>The group that may do everything.</summary>
    public const string Masters = "system:masters";

    public const string Authenticated = "system:authenticated";

    public static UserIdentity Anonymous { get; } = new("system:anonymous", "", ["system:unauthenticated"]);

    public static UserIdentity Admin { get; } = new("kubernetes-admin", "", [Masters, Authenticated]);

    public bool IsAnonymous => ReferenceEquals(this, Anonymous);

    public bool IsMaster => Groups.Contains(Masters);
}
