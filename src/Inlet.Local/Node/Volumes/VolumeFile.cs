namespace Inlet.Local.Node.Volumes;

/// <summary>One file of a volume that is made from API objects.</summary>
/// <param name="Path">Relative to the volume, with slashes.</param>
internal sealed record VolumeFile(string Path, byte[] Content, UnixFileMode Mode);
