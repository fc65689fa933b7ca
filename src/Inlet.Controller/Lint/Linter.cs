using System.Text.Json;
using Inlet.Kubernetes;
using Inlet.Model;
using Inlet.Translation;

namespace Inlet.Controller;

/// <summary>
/// What the controller would say about objects, before they meet one: the very verdicts of translation, with the place in the
/// file. Ingresses are read by the rules of their class.
/// </summary>
public sealed class Linter
{
    private readonly ObjectInput _input;
    private readonly List<(string Class, Translator Translator)> _classes;
    private readonly Dictionary<(string Kind, ObjectKey Key), ManifestObject?> _origins = [];
    private readonly EndpointResolver _services = new();
    private readonly ClassComparison _comparison = new();
    private readonly List<Finding> _findings = [];
    private bool _anyService;
    private bool _anySecret;
    private bool _anyConfigMap;

    private Linter(ObjectInput input, IngressBehaviour? only)
    {
        _input = input;
        _classes = [.. Classes(only)];
    }

    /// <param name="only">Null takes Ingresses of class inlet by its rules and those of class nginx, or of none, by ingress-nginx's.</param>
    public static LintReport Run(ObjectInput input, IngressBehaviour? only)
    {
        var linter = new Linter(input, only);
        foreach (var one in input.Objects)
        {
            linter.Take(one);
        }

        return linter.Report();
    }

    private static IEnumerable<(string, Translator)> Classes(IngressBehaviour? only)
    {
        var nginx = TranslationOptions.IngressNginx with { ClassObjectOptional = true, IngressesWithoutClass = true };
        var inlet = new TranslationOptions { ClassObjectOptional = true, IngressesWithoutClass = only is not null };
        if (only is null or IngressBehaviour.IngressNginx)
        {
            yield return (nginx.IngressClass, new Translator(nginx));
        }

        if (only is null or IngressBehaviour.Inlet)
        {
            yield return (inlet.IngressClass, new Translator(inlet));
        }
    }

    private void Take(InputObject one)
    {
        if (!_origins.TryAdd((one.Type.Kind, ObjectKey.Of(one.Object)), one.Origin))
        {
            var first = _origins[(one.Type.Kind, ObjectKey.Of(one.Object))];
            Add(FindingLevel.Error, "DuplicateObject", "", Reference(one), "", $"The same object is already in {first?.Position}, which stands. Remove or rename one of them.", one.Origin);
            return;
        }

        try
        {
            Put(one);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            Add(FindingLevel.Error, VerdictCodes.ObjectUnreadable, "", Reference(one), "", $"The {one.Type.Kind} cannot be read: {exception.Message}", one.Origin);
        }
    }

    private void Put(InputObject one)
    {
        switch (one.Type.Kind)
        {
            case "Ingress":
                var ingress = ObjectReader.Ingress(one.Object);
                _classes.ForEach(entry => entry.Translator.Put(ingress));
                break;
            case "IngressClass":
                var ingressClass = ObjectReader.IngressClass(one.Object);
                _classes.ForEach(entry => entry.Translator.Put(ingressClass));
                break;
            case "Secret":
                _anySecret = true;
                var secret = ObjectReader.Secret(one.Object);
                _classes.ForEach(entry => entry.Translator.Put(secret));
                break;
            case "ConfigMap":
                _anyConfigMap = true;
                var map = ObjectReader.ConfigMap(one.Object);
                _classes.ForEach(entry => entry.Translator.Put(map));
                break;
            case "Service":
                _anyService = true;
                _services.Put(ObjectReader.Service(one.Object));
                break;
            default:
                break;
        }
    }

    private LintReport Report()
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var uses = new AnnotationUses();
        foreach (var (name, translator) in _classes)
        {
            var result = translator.Translate();
            counts[name] = result.Ours.Count;
            AddVerdicts(name, result.Verdicts);
            if (_anyService)
            {
                AddVerdicts(name, BackendVerdicts.For(result.Model, _services));
            }

            foreach (var ingress in result.Ours)
            {
                uses.Count(ingress);
                _comparison.Add(ingress, name);
            }
        }

        foreach (var (source, name, field, message) in _comparison.Differences())
        {
            Add(FindingLevel.Note, "ClassesDiffer", name, source, field, message, Origin(source));
        }

        counts[""] = _origins.Keys.Count(static key => key.Kind == "Ingress") - counts.Values.Sum();
        return new LintReport(
            [.. _findings.OrderBy(static f => f.File, StringComparer.Ordinal).ThenBy(static f => f.Line).ThenBy(static f => f.Column)
                .ThenBy(static f => f.Object.ToString(), StringComparer.Ordinal).ThenByDescending(static f => f.Level).ThenBy(static f => f.Field, StringComparer.Ordinal)],
            counts, uses.All(), NotChecked(), _input.Problems, _input.Files);
    }

    private List<string> NotChecked()
    {
        var sentences = new List<string>();
        if (!_anyService)
        {
            sentences.Add("There is no Service here: whether the Services that Ingresses name exist was not checked.");
        }

        if (!_anySecret)
        {
            sentences.Add("There is no Secret here: whether the Secrets that Ingresses name exist was not checked.");
        }

        if (!_anyConfigMap)
        {
            sentences.Add("There is no ConfigMap here: whether the ConfigMaps that annotations name exist was not checked.");
        }

        return sentences;
    }

    private void AddVerdicts(string name, EquatableArray<Verdict> verdicts)
    {
        foreach (var verdict in verdicts)
        {
            if (verdict.Outcome != VerdictOutcome.Accepted && (_anySecret || verdict.Code != VerdictCodes.SecretNotFound)
                && (_anyConfigMap || verdict.Code != VerdictCodes.ConfigMapNotFound))
            {
                Add(Level(verdict.Outcome), verdict.Code, name, verdict.Object, verdict.Field, verdict.Message, Origin(verdict.Object));
            }
        }
    }

    private static FindingLevel Level(VerdictOutcome outcome) => outcome switch
    {
        VerdictOutcome.Refused => FindingLevel.Error,
        VerdictOutcome.Differs => FindingLevel.Note,
        _ => FindingLevel.Warning,
    };

    private ManifestObject? Origin(ObjectReference about) => _origins.GetValueOrDefault((about.Kind, new ObjectKey(about.Namespace, about.Name)));

    private static ObjectReference Reference(InputObject one) => new(one.Type.Kind, one.Object.Namespace(), one.Object.Name(), one.Object.Uid());

    private void Add(FindingLevel level, string code, string name, ObjectReference about, string field, string message, ManifestObject? origin)
    {
        var place = _input.Locate(origin, field);
        _findings.Add(new Finding(level, code, name, about, field, message, place?.File, place?.Line ?? 0, place?.Column ?? 0));
    }
}
