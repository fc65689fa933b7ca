using Inlet.Kubernetes;

namespace Inlet.Cli.Up;

/// <summary>
/// <c>deploy/inlet.yaml</c>, the very file a cluster gets, as built into the program. Here alone its IngressClass becomes the
/// default one: on a machine of its own, an Ingress without a class can mean nobody else.
/// </summary>
internal static class OwnManifests
{
    public const string Name = "deploy/inlet.yaml";
    private const string DefaultClassAnnotation = "ingressclass.kubernetes.io/is-default-class";

    /// <param name="others">An IngressClass among them that is the default already stays so.</param>
    public static IReadOnlyList<ManifestObject> Read(IReadOnlyList<ManifestObject> others)
    {
        using var resource = typeof(OwnManifests).Assembly.GetManifestResourceStream("inlet.yaml")!;
        var manifests = ManifestReader.Parse(new StreamReader(resource).ReadToEnd(), Name);
        if (!others.Any(static other => other.Object.String("kind") == "IngressClass" && other.Object.Annotations().String(DefaultClassAnnotation) == "true"))
        {
            foreach (var ours in manifests.Where(static manifest => manifest.Object.String("kind") == "IngressClass"))
            {
                ours.Object.GetOrAddObject("metadata").GetOrAddObject("annotations")[DefaultClassAnnotation] = "true";
            }
        }

        return manifests;
    }
}
