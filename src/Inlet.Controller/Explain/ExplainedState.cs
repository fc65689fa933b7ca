using System.Text.Json;
using Inlet.Kubernetes;
using Inlet.Model;
using Inlet.Proxy;
using Inlet.Translation;

namespace Inlet.Controller;

/// <summary>What a request is explained by: the routes and the endpoints behind them.</summary>
/// <param name="Proxy">As the data plane in question is set.</param>
/// <param name="Endpoints">Of a backend; null when nothing is known of any.</param>
public sealed record ExplainedState(RouteModel Model, ProxyOptions Proxy, Func<BackendKey, BackendEndpoints?> Endpoints, IReadOnlyList<Verdict> Verdicts)
{
    /// <summary>Sentences about what is not known.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>From objects, as a controller would have it that sees nothing else.</summary>
    public static ExplainedState From(ObjectInput input, TranslationOptions options, ProxyOptions proxy)
    {
        var translator = new Translator(options);
        var endpoints = new EndpointResolver();
        var anySlice = false;
        foreach (var one in input.Objects)
        {
            try
            {
                Put(one, translator, endpoints);
                anySlice |= one.Type == ResourceTypes.EndpointSlices;
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
            {
                // inlet lint says what is wrong with it; here it is as absent as it is for the controller.
            }
        }

        var translated = translator.Translate();
        var found = new Dictionary<BackendKey, BackendEndpoints>();
        foreach (var backend in translated.Model.Hosts.SelectMany(static host => host.Routes).SelectMany(static route => Backends(route.Split))
            .Concat(translated.Model.DefaultBackend is { } fallback ? Backends(fallback) : []).Distinct())
        {
            endpoints.Follow(backend);
        }

        foreach (var change in endpoints.TakeChanges())
        {
            found[change.Backend] = change;
        }

        return new ExplainedState(translated.Model, proxy, backend => anySlice ? found.GetValueOrDefault(backend) : null, [.. translated.Verdicts])
        {
            Notes = anySlice ? [] : ["There is no EndpointSlice here: each Service is taken to have an endpoint."],
        };
    }

    internal static IEnumerable<BackendKey> Backends(Split split)
    {
        var canaries = split.Canaries.Select(static canary => canary.Backend);
        return split.Primary is { } primary ? canaries.Prepend(primary) : canaries;
    }

    private static void Put(InputObject one, Translator translator, EndpointResolver endpoints)
    {
        switch (one.Type.Kind)
        {
            case "Ingress":
                translator.Put(ObjectReader.Ingress(one.Object));
                break;
            case "IngressClass":
                translator.Put(ObjectReader.IngressClass(one.Object));
                break;
            case "Secret":
                translator.Put(ObjectReader.Secret(one.Object));
                break;
            case "ConfigMap":
                translator.Put(ObjectReader.ConfigMap(one.Object));
                break;
            case "Service":
                endpoints.Put(ObjectReader.Service(one.Object));
                break;
            case "EndpointSlice":
                endpoints.Put(ObjectReader.EndpointSlice(one.Object));
                break;
            default:
                break;
        }
    }
}
