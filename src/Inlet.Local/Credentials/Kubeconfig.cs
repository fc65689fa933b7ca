using System.Text;

namespace Inlet.Local.Credentials;

/// <summary>A kubeconfig with one cluster, one user and one context.</summary>
internal static class Kubeconfig
{
    private const string ClusterName = "inlet";

    /// <param name="ns">The context's default namespace; null leaves it to kubectl (<c>default</c>).</param>
    public static string Text(Uri server, string caCertificatePem, string user, string token, string? ns = null)
    {
        var ca = Convert.ToBase64String(Encoding.UTF8.GetBytes(caCertificatePem));
        var namespaceLine = ns is null ? "" : $"    namespace: \"{ns}\"\n";
        return $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: {ClusterName}
              cluster:
                server: "{server.AbsoluteUri.TrimEnd('/')}"
                certificate-authority-data: {ca}
            users:
            - name: "{user}"
              user:
                token: "{token}"
            contexts:
            - name: {ClusterName}
              context:
                cluster: {ClusterName}
                user: "{user}"
            {namespaceLine}current-context: {ClusterName}

            """;
    }
}
