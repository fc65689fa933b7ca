namespace Inlet.Model;

/// <summary>
/// Names and passwords for a route (RFC 7617). Others are answered 401. Endpoints do not get the Authorization field.
/// </summary>
/// <param name="Source">The Secret the users come from, for logs.</param>
/// <param name="Users">The first of a name counts.</param>
public sealed record BasicAuthenticationPolicy(ObjectReference Source, EquatableArray<PasswordEntry> Users)
{
    /// <summary>Shown to whoever is asked; without quotes and control characters.</summary>
    public string Realm { get; init; } = "";
}

/// <summary>One user. Never prints the hash.</summary>
/// <param name="Hash">As password files have it: crypt(3)'s formats, <c>$apr1$</c>, <c>{SHA}</c>, <c>{SSHA}</c>, <c>{PLAIN}</c>. Empty lets nobody in.</param>
public sealed record PasswordEntry(string User, string Hash)
{
    public override string ToString() => $"user {User}";
}
