using System.Text.Json;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Model;
using Inlet.Translation;

namespace Inlet.Controller;

/// <summary>What an Ingress under review meets.</summary>
/// <param name="Ours">The Ingresses served.</param>
internal sealed record AdmissionState(TranslationOptions Options, IReadOnlyList<IngressClass> Classes, IReadOnlyCollection<Ingress> Ours, string? OnlyNamespace);

/// <summary>
/// AdmissionReview (admission.k8s.io/v1) → answer, by the verdicts of translation: the Ingress is read beside those it shares a
/// host with. No network, no file, no clock. What would be refused, closed or lost to an older Ingress is denied; what only has
/// no effect is admitted with a warning.
/// </summary>
internal static class AdmissionReviewer
{
    // The API server shortens longer ones.
    private const int LongestWarning = 250;

    private static readonly HashSet<string> Denying =
    [
        VerdictCodes.ObjectUnreadable, VerdictCodes.TranslationFailed, VerdictCodes.InvalidHost, VerdictCodes.InvalidPath, VerdictCodes.InvalidPathType,
        VerdictCodes.InvalidBackend, VerdictCodes.NothingToServe, VerdictCodes.PathConflict, VerdictCodes.DefaultBackendConflict, VerdictCodes.VersionNotServed,
    ];

    /// <returns>The whole AdmissionReview to send back; null for what is none, or asks about another kind.</returns>
    public static JsonObject? Review(JsonObject review, AdmissionState state)
    {
        var request = review.Object("request");
        if (review.String("kind") != "AdmissionReview" || request.String("uid") is not { Length: > 0 } uid || request.Object("kind").String("kind") != "Ingress")
        {
            return null;
        }

        var (problems, warnings) = request.String("operation") is "CREATE" or "UPDATE" && request.Object("object") is { } obj && !obj.IsBeingDeleted()
            ? Judge(obj, request.String("namespace") ?? "", state) : ([], []);
        var response = new JsonObject { ["uid"] = uid, ["allowed"] = problems.Count == 0 };
        if (problems.Count > 0)
        {
            response["status"] = new JsonObject { ["code"] = 400, ["reason"] = "BadRequest", ["message"] = string.Join(' ', problems) };
        }

        if (warnings.Count > 0)
        {
            response["warnings"] = new JsonArray([.. warnings.Select(static warning => (JsonNode)(warning.Length <= LongestWarning ? warning : warning[..(LongestWarning - 1)] + "…"))]);
        }

        return new JsonObject { ["apiVersion"] = "admission.k8s.io/v1", ["kind"] = "AdmissionReview", ["response"] = response };
    }

    private static (List<string> Problems, List<string> Warnings) Judge(JsonObject obj, string ns, AdmissionState state)
    {
        if (state.OnlyNamespace is { } only && ns != only)
        {
            return ([], []);
        }

        Ingress ingress;
        try
        {
            ingress = ObjectReader.Ingress(obj);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            return ([$"The Ingress cannot be read: {exception.Message}"], []);
        }

        // Younger than all others: whatever it shares with one of them is that one's.
        var metadata = (ingress.Metadata ?? new ObjectMeta()) with { CreationTimestamp = DateTimeOffset.MaxValue, Namespace = ns };
        ingress = ingress with { Metadata = metadata };
        var translator = new Translator(state.Options);
        foreach (var ingressClass in state.Classes)
        {
            translator.Put(ingressClass);
        }

        var hosts = Hosts(ingress);
        foreach (var other in state.Ours)
        {
            if ((other.Metadata ?? new ObjectMeta()).Key != metadata.Key && Hosts(other).Overlaps(hosts))
            {
                translator.Put(other);
            }
        }

        translator.Put(ingress);
        var (problems, warnings) = (new List<string>(), new List<string>());
        foreach (var verdict in translator.Translate().Verdicts)
        {
            if (verdict.Object.Name != metadata.Name || verdict.Object.Namespace != ns || verdict.Outcome is VerdictOutcome.Accepted or VerdictOutcome.Differs
                || verdict.Code is VerdictCodes.SecretNotFound or VerdictCodes.SecretInvalid)
            {
                continue;
            }

            (Denies(verdict) ? problems : warnings).Add(verdict.Message);
        }

        return (problems, warnings);
    }

    private static bool Denies(Verdict verdict) =>
        Denying.Contains(verdict.Code)
        || (verdict.Code == VerdictCodes.AnnotationInvalid && verdict.Outcome == VerdictOutcome.Refused)
        || (verdict.Code == VerdictCodes.AnnotationRefused && verdict.Field.EndsWith("-snippet]", StringComparison.Ordinal));

    /// <summary>Empty for those without a host; an Ingress without rules meets others like it there.</summary>
    private static HashSet<string> Hosts(Ingress ingress)
    {
        var hosts = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var rule in ingress.Spec?.Rules ?? [])
        {
            hosts.Add(rule?.Host ?? "");
        }

        if (hosts.Count == 0)
        {
            hosts.Add("");
        }

        return hosts;
    }
}
