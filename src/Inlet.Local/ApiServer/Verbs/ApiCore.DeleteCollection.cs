using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.ApiServer;

public sealed partial class ApiCore
{
    /// <returns>What matched, as it was listed.</returns>
    internal async Task<ListResult> DeleteCollectionAsync(
        ServedResource resource, string? ns, ListOptions list, DeleteOptions options, CancellationToken cancellationToken)
    {
        RequireVerb(resource, "deletecollection");
        var found = List(resource, ns, list);
        foreach (var stored in found.Items)
        {
            try
            {
                await DeleteAsync(resource, stored.Key.Namespace, stored.Key.Name, options, cancellationToken).ConfigureAwait(false);
            }
            catch (KubernetesApiException e) when (e.IsNotFound)
            {
                // Somebody else deleted it meanwhile: that is what was wanted.
            }
        }

        return found;
    }
}
