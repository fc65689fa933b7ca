namespace Inlet.Local.Node;

/// <summary>What containers run as (<c>--runtime</c>).</summary>
public enum ContainerRuntimeMode
{
    /// <summary>Containers of an engine where one answers, else processes of this machine.</summary>
    Auto,

    /// <summary>Processes of this machine; no engine is looked for.</summary>
    Process,

    /// <summary>Containers of an engine, or refuse to start.</summary>
    Container,
}
