using Inlet.Kubernetes;
using Inlet.Local.Credentials;
using Inlet.Local.Store;
using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Http;

/// <summary>Bearer tokens to users: the admin's, and those of ServiceAccounts that (still) exist.</summary>
internal sealed class Authenticator(ApiCore core, ClusterCredentials credentials)
{
    private const string Scheme = "Bearer ";
    private const string ImpersonateUser = "Impersonate-User";
    private const string ImpersonateGroup = "Impersonate-Group";

    private static readonly string ServiceAccounts = ResourceTypes.ServiceAccounts.ToString();

    /// <returns><see cref="UserIdentity.Anonymous"/> for a request without credentials.</returns>
    /// <exception cref="KubernetesApiException">401 for a token that is not valid, also where none is needed; 403 for an impersonation.</exception>
    public UserIdentity Authenticate(HttpRequest request)
    {
        string? authorization = request.Headers.Authorization;
        if (string.IsNullOrEmpty(authorization))
        {
            return Impersonated(request, UserIdentity.Anonymous);
        }

        var token = authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? authorization[Scheme.Length..].Trim() : "";
        return Impersonated(request, User(token) ?? throw ApiErrors.Unauthorized());
    }

    /// <returns>Null for a token that is not valid.</returns>
    public UserIdentity? User(string token) =>
        token.Length == 0 ? null
        : credentials.IsAdminToken(token) ? UserIdentity.Admin
        : credentials.VerifyServiceAccountToken(token) is { } account ? Existing(account)
        : null;

    private UserIdentity? Existing(ServiceAccountIdentity account)
    {
        var stored = core.Store.Find(new StoreKey(ServiceAccounts, account.Namespace, account.Name));
        if (stored is null || (account.Uid is not null && account.Uid != stored.Object.Uid()))
        {
            return null;
        }

        return ServiceAccount(account, stored.Object.Uid());
    }

    private static UserIdentity ServiceAccount(ServiceAccountIdentity account, string uid) => new(
        account.UserName, uid, ["system:serviceaccounts", $"system:serviceaccounts:{account.Namespace}", UserIdentity.Authenticated]);

    /// <summary>kubectl's <c>--as</c> and <c>--as-group</c>: honoured for the admin, refused to everybody else, never ignored.</summary>
    private static UserIdentity Impersonated(HttpRequest request, UserIdentity user)
    {
        string? name = request.Headers[ImpersonateUser];
        if (string.IsNullOrEmpty(name))
        {
            return request.Headers.Keys.FirstOrDefault(k => k.StartsWith("Impersonate-", StringComparison.OrdinalIgnoreCase)) is { } header
                ? throw ApiErrors.BadRequest($"the header {header} needs {ImpersonateUser} beside it")
                : user;
        }

        if (!user.IsMaster)
        {
            throw ApiErrors.Forbidden($"users \"{name}\" is forbidden: User \"{user.Name}\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope");
        }

        var groups = request.Headers[ImpersonateGroup].OfType<string>().Append(UserIdentity.Authenticated).Distinct().ToList();
        return name.Split(':') is ["system", "serviceaccount", var ns, var account]
            ? ServiceAccount(new(ns, account, null), "")
            : new(name, request.Headers["Impersonate-Uid"].ToString(), groups);
    }
}
