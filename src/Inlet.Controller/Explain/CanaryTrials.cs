using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Controller;

/// <summary>
/// Tells a canary that a header or cookie chose from one that its weight did: the request is tried once with all weights at
/// nothing and once with all at everything.
/// </summary>
internal static class CanaryTrials
{
    public static RouteModel WithoutWeights(RouteModel model) => WithWeights(model, static _ => 0);

    public static RouteModel WithFullWeights(RouteModel model) => WithWeights(model, static canary => canary.WeightTotal);

    /// <param name="results">As configured, without weights, with full weights.</param>
    public static JsonObject Decision(Split split, IReadOnlyList<TrialResult> results)
    {
        var primary = split.Primary is { } key ? Name(key) : "";
        var byCondition = results[1].Log.String("backend");
        var byWeight = results[2].Log.String("backend");
        return new JsonObject
        {
            ["decision"] =
                byCondition is null ? "not asked: the request goes to no endpoint"
                : byCondition != primary ? $"a header or cookie of the request chooses {byCondition}"
                : byWeight == primary ? "no canary may take it: a header or cookie says never, no weight is set, or no canary has an endpoint"
                : "no header or cookie decides; the weights do",
            ["main"] = primary,
            ["canaries"] = new JsonArray([.. split.Canaries.Select(static canary => (JsonNode)new JsonObject
            {
                ["backend"] = Name(canary.Backend),
                ["ingress"] = $"{canary.Source.Namespace}/{canary.Source.Name}",
                ["header"] = canary.Header is null ? null : Condition(canary.Header),
                ["cookie"] = canary.Cookie,
                ["weight"] = canary.Weight,
                ["of"] = canary.WeightTotal,
            })]),
        };
    }

    private static string Condition(CanaryHeader header) =>
        header.Value is { } value ? $"{header.Name} = {value}" : header.Pattern is { } pattern ? $"{header.Name} matches {pattern}" : $"{header.Name} = always or never";

    private static RouteModel WithWeights(RouteModel model, Func<Canary, int> weight) => model with
    {
        Hosts = model.Hosts.Select(host => host with { Routes = host.Routes.Select(route => route with { Split = WithWeights(route.Split, weight) }).ToEquatableArray() }).ToEquatableArray(),
        DefaultBackend = model.DefaultBackend is { } fallback ? WithWeights(fallback, weight) : null,
    };

    private static Split WithWeights(Split split, Func<Canary, int> weight) =>
        split with { Canaries = split.Canaries.Select(canary => canary with { Weight = canary.Weight > 0 ? weight(canary) : 0 }).ToEquatableArray() };

    private static string Name(BackendKey backend) => $"{backend.Namespace}/{backend.Service}:{backend.Port}";
}
