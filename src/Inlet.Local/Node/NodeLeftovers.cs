namespace Inlet.Local.Node;

/// <summary>What a killed agent left on the machine: processes, mounts, links and namespaces, found by the record in its data directory.</summary>
internal static class NodeLeftovers
{
    public static Task RemoveAsync(string dataDirectory, CancellationToken cancellationToken)
    {
        _ = dataDirectory;
        return cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : Task.CompletedTask;
    }
}
