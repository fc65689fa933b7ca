namespace Inlet.Local.Node.EnvironmentVariables;

/// <summary>
/// What a process needs of this machine's environment to run at all. A list of what to pass on: everything else, Inlet's own
/// settings and whatever secrets its shell holds, stays here.
/// </summary>
internal static class BaseEnvironment
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static readonly string[] PassedOn =
        ["HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR", "DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "SSL_CERT_FILE", "SSL_CERT_DIR"];

    /// <param name="programDirectory">Put first in PATH; null adds nothing.</param>
    public static Dictionary<string, string> Read(string? programDirectory)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in PassedOn)
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
            {
                variables[name] = value;
            }
        }

        var path = Environment.GetEnvironmentVariable("PATH") is { Length: > 0 } own ? own : DefaultPath;
        variables["PATH"] = programDirectory is null ? path : $"{programDirectory}:{path}";
        return variables;
    }
}
