using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.Store;

namespace Inlet.Local.ApiServer;

/// <summary>The label and field selectors of one list or watch.</summary>
internal sealed class ObjectFilter
{
    private readonly LabelSelector _labels;
    private readonly FieldSelector _fields;
    private readonly ResourceDefinition _definition;

    private ObjectFilter(ResourceDefinition definition, LabelSelector labels, FieldSelector fields)
    {
        _definition = definition;
        _labels = labels;
        _fields = fields;
    }

    public bool MatchesEverything => _labels.MatchesEverything && _fields.MatchesEverything;

    /// <summary>The only name that can match, or null: such a list is a look-up.</summary>
    public string? Name => _fields.RequiresExactMatch("metadata.name");

    /// <summary>The only namespace that can match, or null.</summary>
    public string? Namespace => _fields.RequiresExactMatch("metadata.namespace");

    /// <exception cref="KubernetesApiException">400 for a selector that does not parse or a field that is not selectable.</exception>
    public static ObjectFilter Parse(ServedResource resource, string? labelSelector, string? fieldSelector)
    {
        try
        {
            var fields = FieldSelector.Parse(fieldSelector);
            var empty = new JsonObject();
            foreach (var requirement in fields.Requirements)
            {
                if (resource.Definition.SelectableField(empty, requirement.Field) is null)
                {
                    throw ApiErrors.BadRequest(
                        $"Unable to find \"{resource.Version.Type.ApiVersion}, Resource={resource.Version.Type.Plural}\" that match label selector \"{labelSelector}\", "
                        + $"field selector \"{fieldSelector}\": field label not supported: {requirement.Field}");
                }
            }

            return new(resource.Definition, LabelSelector.Parse(labelSelector), fields);
        }
        catch (SelectorFormatException e)
        {
            throw ApiErrors.BadRequest(e.Message);
        }
    }

    public bool Matches(StoredObject stored) => MatchesEverything || Matches(stored.Object);

    private bool Matches(JsonObject obj) =>
        _labels.Matches(obj.Labels()) && _fields.Matches(field => _definition.SelectableField(obj, field) ?? "");
}
