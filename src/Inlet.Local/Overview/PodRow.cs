namespace Inlet.Local.Overview;

/// <param name="Status">The word <c>kubectl get pods</c> shows: <c>Running</c>, <c>CrashLoopBackOff</c>, …</param>
/// <param name="Message">Why it waits, when it says so; else empty.</param>
public sealed record PodRow(string Namespace, string Name, string Status, int ReadyContainers, int Containers, string Message)
{
    public bool IsReady => Status == "Completed" || (Status == "Running" && ReadyContainers == Containers);
}
