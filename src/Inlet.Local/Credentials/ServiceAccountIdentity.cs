namespace Inlet.Local.Credentials;

/// <summary>The ServiceAccount a token was issued to.</summary>
/// <param name="Uid">Of the ServiceAccount object; null when the issuer did not know it.</param>
internal sealed record ServiceAccountIdentity(string Namespace, string Name, string? Uid)
{
    public string UserName => $"system:serviceaccount:{Namespace}:{Name}";
}
