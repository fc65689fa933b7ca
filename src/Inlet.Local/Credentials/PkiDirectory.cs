using Inlet.Local.Store;

namespace Inlet.Local.Credentials;

/// <summary>The <c>pki/</c> of a data directory, made with mode 0700.</summary>
internal sealed class PkiDirectory
{
    private readonly string _path;

    public PkiDirectory(DataDirectory directory)
    {
        _path = Path.Combine(directory.Path, "pki");
        try
        {
            DataDirectory.CreatePrivate(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CredentialsException($"the directory {_path} cannot be made: {e.Message}; choose another with --data-dir", e);
        }
    }

    /// <returns>Null when there is no such file.</returns>
    /// <exception cref="CredentialsException">It is there and cannot be read.</exception>
    public string? Read(string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(_path, name));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(name, e);
        }
    }

    /// <exception cref="CredentialsException">It cannot be written.</exception>
    public void Write(string name, string text)
    {
        try
        {
            PrivateFile.Write(Path.Combine(_path, name), text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(name, e);
        }
    }

    /// <summary>A damaged key is never replaced in silence: what was signed with it would stop working for no visible reason.</summary>
    public CredentialsException Unusable(string name, Exception e) => new(
        $"{Path.Combine(_path, name)} cannot be used: {e.Message}; restore it, or remove the directory {_path} to get new keys "
        + "(kubeconfigs and tokens made with the old ones stop working)", e);
}
