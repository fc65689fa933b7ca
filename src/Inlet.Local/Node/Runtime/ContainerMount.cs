namespace Inlet.Local.Node.Runtime;

/// <summary>Something a container sees at a path of its own.</summary>
/// <param name="Source">Directory or file on this machine.</param>
/// <param name="Target">Absolute path in the container.</param>
internal sealed record ContainerMount(string Source, string Target, bool ReadOnly);
