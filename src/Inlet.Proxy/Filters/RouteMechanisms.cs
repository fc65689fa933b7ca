using System.Text;
using Inlet.Http;
using Inlet.Model;
using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>
/// What a route's policies ask for besides forwarding, made ready for the loops: fields in bytes, names in sets. Made once per
/// version of the policies, and shared by all loops.
/// </summary>
internal sealed class RouteMechanisms
{
    private RouteMechanisms(RoutePolicies policies)
    {
        Cors = policies.Cors is { } cors ? new CorsFilter(cors) : null;
        AnswerFields = Encoding.ASCII.GetBytes(string.Concat(policies.AnswerFields.Select(static field => $"{field.Name}: {field.Value}\r\n")));
        var dropped = policies.AnswerFields.Select(static field => field.Name).ToList();
        AnswerFilter = dropped.Count > 0 ? new DroppedFields(dropped) : null;
        CorsAnswerFilter = new DroppedFields([.. dropped, .. CorsFilter.FieldNames]);
        RequestFields = policies.UpstreamConnection switch
        {
            UpstreamConnectionHeader.Close => "Connection: close\r\n"u8.ToArray(),
            UpstreamConnectionHeader.KeepAlive => "Connection: keep-alive\r\n"u8.ToArray(),
            _ => [],
        };
    }

    public CorsFilter? Cors { get; }

    /// <summary>Field lines of every answer.</summary>
    public byte[] AnswerFields { get; }

    /// <summary>Fields of the endpoint that the route's own replace; null: none.</summary>
    public IFieldFilter? AnswerFilter { get; }

    /// <summary>The same for a request whose origin is allowed.</summary>
    public IFieldFilter CorsAnswerFilter { get; }

    /// <summary>Field lines for the endpoint; not with a request to change protocols, whose Connection is its own.</summary>
    public byte[] RequestFields { get; }

    // Two loops may make it at the same time: either is as good.
    public static RouteMechanisms Of(CompiledPolicies policies) =>
        (RouteMechanisms)(policies.Mechanisms ??= new RouteMechanisms(policies.Policies));
}
