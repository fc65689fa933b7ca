using Inlet.Model;

namespace Inlet.Translation;

/// <summary>What there is to say about the Services that routes name. Apart from translation: a Service that comes or goes changes no route.</summary>
public static class BackendVerdicts
{
    /// <summary>One verdict per Ingress and Service port with a problem, in a stable order.</summary>
    public static EquatableArray<Verdict> For(RouteModel model, EndpointResolver endpoints)
    {
        var verdicts = new SortedDictionary<(string Namespace, string Name, string Backend), Verdict>();
        foreach (var host in model.Hosts)
        {
            foreach (var route in host.Routes)
            {
                Check(route.Split.Primary, route.Source);
                Check(route.Policies.ErrorPages?.Backend, route.Source);
                foreach (var canary in route.Split.Canaries)
                {
                    Check(canary.Backend, canary.Source);
                }
            }
        }

        return verdicts.Values.ToEquatableArray();

        void Check(BackendKey? backend, ObjectReference source)
        {
            if (backend is not null && endpoints.Problem(backend) is var (code, message))
            {
                verdicts[(source.Namespace, source.Name, backend.ToString())] =
                    new Verdict(source, backend.Port.Length == 0 ? ErrorPageAnnotations.BackendField : $"spec (backend {backend.Service}:{backend.Port})", VerdictOutcome.Refused, code, message);
            }
        }
    }
}
