using System.Net;
using Inlet.Kubernetes;
using Inlet.Local.Node.Services.Relays;

namespace Inlet.Local.Node.Services;

/// <summary>An address of this machine where a Service port should be listened on.</summary>
/// <param name="Address">Port 0 takes a free one.</param>
/// <param name="InServiceNamespace">Not in the machine's own network namespace but where ClusterIPs live.</param>
/// <param name="SourceRanges">Who may connect: prefixes joined with commas, so that equal listeners are equal; empty for everyone.</param>
/// <param name="Target">One per Service port, whatever its addresses.</param>
internal sealed record WantedListener(
    ObjectKey Service, RelayedPort Port, BoundServicePortKind Kind, IPEndPoint Address, bool InServiceNamespace, string SourceRanges,
    RelayTarget Target);
