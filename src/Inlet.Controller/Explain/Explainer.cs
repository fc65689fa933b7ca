using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Model;
using Inlet.Proxy;
using Inlet.Routing;

namespace Inlet.Controller;

/// <summary>
/// Which table entry takes a request, and why. Nothing here decides: host and path are matched by the routing table, and what
/// becomes of the request is tried on a data plane (<see cref="Trial"/>).
/// </summary>
public static class Explainer
{
    /// <summary>As JSON, the form in which it also comes from a running controller.</summary>
    /// <exception cref="OperationCanceledException">Also when the trial takes longer than anything should.</exception>
    public static async Task<JsonObject> ExplainAsync(ExplainedState state, ExplainRequest request, CancellationToken cancellationToken)
    {
        var json = new JsonObject { ["request"] = Request(request) };
        var canonical = CanonicalRequest.Read(request.Host, request.Target);
        var table = RoutingTable.Compile(state.Model, null, new BackendRegistry());
        var routing = canonical?.Explain(table);
        json["path"] = new JsonObject { ["asked"] = request.Target.Split('?')[0], ["canonical"] = canonical?.Path };
        json["host"] = new JsonObject { ["asked"] = request.Host, ["matched"] = routing?.Host };
        var winner = routing?.Winner?.Route;
        json["candidates"] = new JsonArray([.. (routing?.Candidates ?? []).Select(candidate => (JsonNode)Candidate(candidate, routing!.Winner))]);
        json["route"] = winner is null ? null : Route(winner);

        var models = new[] { Local(state.Model), CanaryTrials.WithoutWeights(Local(state.Model)), CanaryTrials.WithFullWeights(Local(state.Model)) };
        var results = await Trial.RunAsync(state.Proxy, request, models, backend => IsAlive(state, backend), cancellationToken);
        var failure = results[0].Log.String("failure") ?? "";
        json["phases"] = new JsonArray([.. Phases.Of(winner, failure).Select(static phase => (JsonNode)phase)]);
        if (winner is { Split.Canaries.IsEmpty: false })
        {
            json["canary"] = CanaryTrials.Decision(winner.Split, results);
        }

        AddBackend(json, state, results[0], winner);
        json["outcome"] = Outcome(results[0], failure);
        json["upstream"] = Upstream(results[0]);
        json["verdicts"] = new JsonArray([.. state.Verdicts.Where(verdict => winner is not null && verdict.Object.Name == winner.Source.Name && verdict.Object.Namespace == winner.Source.Namespace)
            .Select(static verdict => (JsonNode)new JsonObject { ["outcome"] = verdict.Outcome.ToString(), ["code"] = verdict.Code, ["field"] = verdict.Field, ["message"] = verdict.Message })]);
        json["notes"] = new JsonArray([.. state.Notes.Select(static note => (JsonNode)note)]);
        return json;
    }

    /// <summary>Endpoints of the trial are here and speak plain HTTP.</summary>
    private static RouteModel Local(RouteModel model) => model with
    {
        Hosts = model.Hosts.Select(static host => host with
        {
            Routes = host.Routes.Select(static route => route with { Policies = route.Policies with { UpstreamTls = null, ActiveHealth = null } }).ToEquatableArray(),
        }).ToEquatableArray(),
    };

    private static bool IsAlive(ExplainedState state, BackendKey backend) =>
        state.Notes.Count > 0 || state.Endpoints(backend) is { } endpoints && (endpoints.Ready.Count > 0 || endpoints.Draining.Count > 0);

    private static JsonObject Request(ExplainRequest request) => new()
    {
        ["method"] = request.Method,
        ["scheme"] = request.IsTls ? "https" : "http",
        ["host"] = request.HostField,
        ["target"] = request.Target,
        ["client"] = request.Client.ToString(),
        ["headers"] = new JsonArray([.. request.Fields.Select(static field => (JsonNode)$"{field.Name}: {field.Value}")]),
    };

    private static JsonObject Candidate(RouteCandidate candidate, CompiledRoute? winner)
    {
        var route = candidate.Route.Route;
        var wins = ReferenceEquals(candidate.Route, winner);
        var json = Route(route);
        json["takes"] = candidate.Takes;
        json["wins"] = wins;
        json["reason"] = wins ? "takes the request" : candidate.Takes ? Beaten(winner!.Route) : route.Path.Kind switch
        {
            PathMatchKind.Exact => "the path is not exactly this one",
            PathMatchKind.Prefix => "the path does not begin with these elements",
            _ => "the path does not begin with what the expression describes",
        };
        return json;
    }

    private static string Beaten(Route winner) => winner.Path.Kind == PathMatchKind.Exact
        ? "would take it, but an exact path goes first"
        : $"would take it, but {winner.Path.Path} is longer, or asked before it";

    private static JsonObject Route(Route route) => new()
    {
        ["path"] = route.Path.Path,
        ["kind"] = route.Path.Kind.ToString(),
        ["ingress"] = route.Source.Name.Length == 0 ? "the default backend" : $"{route.Source.Namespace}/{route.Source.Name}",
    };

    private static void AddBackend(JsonObject json, ExplainedState state, TrialResult result, Route? winner)
    {
        var name = result.Log.String("backend") ?? (winner?.Split.Primary is { } primary ? Name(primary) : null);
        json["backend"] = name;
        var backend = winner is null ? null : ExplainedState.Backends(winner.Split).FirstOrDefault(one => Name(one) == name);
        var endpoints = backend is null ? null : state.Endpoints(backend);
        json["balancing"] = winner?.Policies.Balancing.Method.ToString();
        json["endpoints"] = new JsonArray([.. (endpoints?.Ready ?? []).Select(static endpoint => (JsonNode)endpoint.ToString())]);
        json["draining"] = new JsonArray([.. (endpoints?.Draining ?? []).Select(static endpoint => (JsonNode)endpoint.ToString())]);
    }

    private static string Name(BackendKey backend) => $"{backend.Namespace}/{backend.Service}:{backend.Port}";

    private static JsonObject Outcome(TrialResult result, string failure)
    {
        var lines = result.AnswerHead.Split("\r\n");
        var status = result.Log.Integer("status") ?? 0;
        var json = new JsonObject
        {
            ["forwarded"] = result.EndpointHead is not null,
            ["status"] = result.EndpointHead is null && status > 0 ? status : null,
            ["failure"] = failure.Length == 0 ? null : failure,
        };
        if (result.EndpointHead is null)
        {
            json["headers"] = new JsonArray([.. lines.Skip(1).Where(static line => !line.StartsWith("Date:", StringComparison.Ordinal)).Select(static line => (JsonNode)line)]);
        }

        return json;
    }

    private static JsonObject? Upstream(TrialResult result)
    {
        if (result.EndpointHead is not { } head)
        {
            return null;
        }

        var lines = head.Split("\r\n");
        return new JsonObject { ["request"] = lines[0], ["headers"] = new JsonArray([.. lines.Skip(1).Select(static line => (JsonNode)line)]) };
    }
}
