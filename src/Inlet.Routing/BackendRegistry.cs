using Inlet.Model;

namespace Inlet.Routing;

/// <summary>The numbers that tables are compiled with: of the backends, and of the hosts that requests are counted by.</summary>
public sealed class BackendRegistry : NumberRegistry<BackendKey>
{
    public BackendRegistry() => Hosts.Intern("");

    /// <summary>Host names as configured. 0 is the empty one: requests that no host of the table covers.</summary>
    public NumberRegistry<string> Hosts { get; } = new();
}
