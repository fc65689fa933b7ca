using System.Net;
using System.Text.Json.Nodes;

namespace Inlet.Local.Node.Pods;

/// <summary>What a pod's fields and resources are read from when its containers ask for them.</summary>
/// <param name="Pod">As the API has it now.</param>
/// <param name="Allocatable">The node's resources by name, as quantities: the limit of a container without one.</param>
internal sealed record PodFacts(JsonObject Pod, IPAddress PodAddress, IPAddress HostAddress, IReadOnlyDictionary<string, string> Allocatable);
