namespace Inlet.Local.Node.Images;

/// <summary>All the images that mean something to a node without an engine.</summary>
internal sealed class ImageCommands
{
    private readonly Dictionary<ImageReference, IReadOnlyList<string>> _commands = [];

    /// <param name="given">What the user says; the last of several for one name counts.</param>
    public ImageCommands(IEnumerable<ImageCommand> given)
    {
        // The one image we know for certain: its entry point is this program, which is on every pod's PATH.
        foreach (var command in given.Prepend(new ImageCommand("inlet", ["inlet"])))
        {
            if (ImageReference.TryParse(command.Name) is { } name)
            {
                _commands[name] = command.Command;
            }
        }
    }

    /// <summary>The most exact name that fits: with digest or tag before without.</summary>
    /// <returns>Null when the image means nothing here.</returns>
    public IReadOnlyList<string>? Find(string image) =>
        ImageReference.TryParse(image) is not { } wanted ? null
        : _commands.GetValueOrDefault(wanted)
            ?? _commands.GetValueOrDefault(wanted with { Digest = "" })
            ?? _commands.GetValueOrDefault(wanted with { Tag = "", Digest = "" });
}
