using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using k8s;

namespace Inlet.Kubernetes;

/// <summary>
/// Finds the cluster to talk to. The common forms are read here: the client library's reader costs 0.3 s and 40 MB through
/// reflection, which a controller that idles at 70 MB cannot spend. Users that need a credential plugin (<c>exec</c>,
/// <c>auth-provider</c>) go through the library.
/// </summary>
public static class KubeConfig
{
    private const string ServiceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>The file given; else those of <c>KUBECONFIG</c>; else the pod's ServiceAccount; else <c>~/.kube/config</c>.</summary>
    /// <exception cref="KubeConfigException"/>
    public static ClusterConnection Load(string? path)
    {
        if (path is not null)
        {
            return FromFiles([path]);
        }

        if (Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } list)
        {
            var files = list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(File.Exists).ToList();
            return files.Count > 0 ? FromFiles(files) : throw new KubeConfigException($"KUBECONFIG names no file that exists: {list}");
        }

        if (InCluster() is { } pod)
        {
            return pod;
        }

        var home = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config");
        return File.Exists(home)
            ? FromFiles([home])
            : throw new KubeConfigException("there is no cluster to talk to: give --kubeconfig FILE, set KUBECONFIG, or run in a pod with a ServiceAccount");
    }

    private static ClusterConnection? InCluster()
    {
        var host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST");
        var port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT");
        var token = Path.Combine(ServiceAccountDirectory, "token");
        if (string.IsNullOrEmpty(host) || string.IsNullOrEmpty(port) || !File.Exists(token))
        {
            return null;
        }

        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(Path.Combine(ServiceAccountDirectory, "ca.crt"));
        var namespaceFile = Path.Combine(ServiceAccountDirectory, "namespace");
        return new ClusterConnection
        {
            Server = new Uri($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}"),
            Authorities = authorities,
            Authorization = new TokenFile(token, TimeProvider.System).AuthorizationAsync,
            Namespace = File.Exists(namespaceFile) ? File.ReadAllText(namespaceFile).Trim() : "default",
        };
    }

    /// <param name="files">As kubectl merges them: the first file that names a thing wins.</param>
    private static ClusterConnection FromFiles(List<string> files)
    {
        var configs = files.Select(Read).ToList();
        var where = string.Join(", ", files);
        var contextName = configs.Select(config => config.Config.String("current-context")).FirstOrDefault(name => !string.IsNullOrEmpty(name))
            ?? throw new KubeConfigException($"{where}: current-context is not set; choose one with kubectl config use-context");
        var context = Find(configs, "contexts", "context", contextName, where).Entry;
        var (cluster, clusterDirectory) = Find(configs, "clusters", "cluster", context.String("cluster") ?? "", where);
        var (user, userDirectory) = context.String("user") is { Length: > 0 } userName
            ? Find(configs, "users", "user", userName, where)
            : (new JsonObject(), clusterDirectory);
        if (cluster.String("proxy-url") is { Length: > 0 })
        {
            throw new KubeConfigException($"{where}: proxy-url is not supported; remove it from the cluster \"{context.String("cluster")}\"");
        }

        try
        {
            var connection = Server(cluster, clusterDirectory, context.String("namespace"));
            return user["exec"] is not null || user["auth-provider"] is not null
                ? WithPlugin(connection, files[0], contextName)
                : WithUser(connection, user, userDirectory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or CryptographicException)
        {
            throw new KubeConfigException($"{where}: context \"{contextName}\": {exception.Message}", exception);
        }
    }

    private static ClusterConnection Server(JsonObject cluster, string directory, string? ns)
    {
        var server = cluster.String("server");
        if (!Uri.TryCreate(server, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http"))
        {
            throw new FormatException($"server \"{server}\" is not an http or https URL");
        }

        X509Certificate2Collection? authorities = null;
        if (Pem(cluster, "certificate-authority", directory) is { } pem)
        {
            authorities = [];
            authorities.ImportFromPem(pem);
        }

        return new ClusterConnection
        {
            Server = uri,
            Authorities = authorities,
            SkipTlsVerify = cluster.Boolean("insecure-skip-tls-verify") ?? false,
            TlsServerName = cluster.String("tls-server-name"),
            Namespace = string.IsNullOrEmpty(ns) ? "default" : ns,
        };
    }

    private static ClusterConnection WithUser(ClusterConnection connection, JsonObject user, string directory)
    {
        if (Pem(user, "client-certificate", directory) is { } chain && Pem(user, "client-key", directory) is { } key)
        {
            connection = connection with { ClientCertificate = X509Certificate2.CreateFromPem(chain, key) };
        }

        // As kubectl: tokenFile wins over token, and a token over a password.
        if (user.String("tokenFile") is { Length: > 0 } tokenFile)
        {
            return connection with { Authorization = new TokenFile(Path.Combine(directory, tokenFile), TimeProvider.System).AuthorizationAsync };
        }

        var header = user.String("token") is { Length: > 0 } token ? "Bearer " + token
            : user.String("username") is { Length: > 0 } name
                ? "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{user.String("password")}"))
                : null;
        return header is null ? connection : connection with { Authorization = _ => ValueTask.FromResult<string?>(header) };
    }

    private static ClusterConnection WithPlugin(ClusterConnection connection, string file, string context)
    {
        try
        {
            var library = KubernetesClientConfiguration.BuildConfigFromConfigFile(file, context);
            if (library.TokenProvider is { } provider)
            {
                return connection with
                {
                    Authorization = async cancellation => (await provider.GetAuthenticationHeaderAsync(cancellation)).ToString(),
                };
            }

            var token = library.AccessToken;
            return string.IsNullOrEmpty(token) ? connection : connection with { Authorization = _ => ValueTask.FromResult<string?>("Bearer " + token) };
        }
        catch (Exception exception)
        {
            throw new KubeConfigException($"{file}: the credential plugin of context \"{context}\" failed: {exception.Message}", exception);
        }
    }

    /// <summary><c>NAME-data</c> holds base64, <c>NAME</c> a path relative to the kubeconfig.</summary>
    private static string? Pem(JsonObject entry, string name, string directory)
    {
        if (entry.String(name + "-data") is { Length: > 0 } data)
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(data));
        }

        return entry.String(name) is { Length: > 0 } path ? File.ReadAllText(Path.Combine(directory, path)) : null;
    }

    private static (JsonObject Config, string Directory) Read(string file)
    {
        try
        {
            var config = YamlDocuments.Parse(File.ReadAllText(file), file) is [var first, ..] ? first.Root as JsonObject : null;
            return (config ?? throw new KubeConfigException($"{file} is not a kubeconfig"), Path.GetDirectoryName(Path.GetFullPath(file))!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ManifestException)
        {
            throw new KubeConfigException($"cannot read the kubeconfig: {exception.Message}", exception);
        }
    }

    private static (JsonObject Entry, string Directory) Find(
        List<(JsonObject Config, string Directory)> configs, string list, string member, string name, string where)
    {
        foreach (var (config, directory) in configs)
        {
            foreach (var named in config.Objects(list))
            {
                if (named.String("name") == name && named.Object(member) is { } entry)
                {
                    return (entry, directory);
                }
            }
        }

        throw new KubeConfigException($"{where}: there is no {member} \"{name}\"");
    }
}
