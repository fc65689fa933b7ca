using Inlet.Kubernetes;
using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Http;

internal enum Form
{
    /// <summary>The objects themselves.</summary>
    Object,

    /// <summary>meta.k8s.io <c>Table</c>, what kubectl prints.</summary>
    Table,

    /// <summary>meta.k8s.io <c>PartialObjectMetadata</c> and its list.</summary>
    PartialMetadata,
}

/// <summary>What an answer's objects are turned into.</summary>
/// <param name="Version">Of meta.k8s.io: <c>v1</c> or <c>v1beta1</c>.</param>
internal sealed record Representation(Form Form, string Version = "v1")
{
    public static Representation Plain { get; } = new(Form.Object);

    /// <summary>
    /// The first form in the client's order that this server has. Clients that prefer protobuf name JSON behind it, and get that.
    /// </summary>
    /// <exception cref="KubernetesApiException">406.</exception>
    public static Representation Negotiate(HttpRequest request)
    {
        foreach (var type in Accept.Parse(request))
        {
            if (type.AcceptsJson && Find(type) is { } representation)
            {
                return representation;
            }
        }

        throw Accept.NotAcceptable();
    }

    public string ContentType(string listSuffix = "") => Form switch
    {
        Form.Table => $"application/json;as=Table;v={Version};g=meta.k8s.io",
        Form.PartialMetadata => $"application/json;as=PartialObjectMetadata{listSuffix};v={Version};g=meta.k8s.io",
        _ => "application/json",
    };

    private static Representation? Find(AcceptedType type)
    {
        if (type.Parameter("as") is not { } form)
        {
            return Plain;
        }

        if (type.Parameter("g") != "meta.k8s.io" || type.Parameter("v") is not ("v1" or "v1beta1"))
        {
            return null;
        }

        return form switch
        {
            "Table" => new(Form.Table, type.Parameter("v")!),
            "PartialObjectMetadata" or "PartialObjectMetadataList" => new(Form.PartialMetadata, type.Parameter("v")!),
            _ => null,
        };
    }
}
