namespace Inlet.Local.Node.Services;

/// <summary>
/// On a network that pods share with this machine, a Service must not listen at a port that pods want: whoever of the two came
/// first would keep the other from it, and a pod that is started anew would find its own Service in its place.
/// </summary>
internal static class SharedPorts
{
    /// <param name="podPorts">Where pods listen, or will: protocol and number.</param>
    /// <returns>What may be listened on, and what may not although other pods than the Service's own are the reason.</returns>
    public static (IReadOnlyList<WantedListener> Free, IReadOnlyList<BindFailure> Taken) Divide(
        IEnumerable<WantedListener> wanted, IReadOnlySet<(string Protocol, int Number)> podPorts)
    {
        var free = new List<WantedListener>();
        var taken = new List<BindFailure>();
        foreach (var listener in wanted)
        {
            if (!podPorts.Contains((listener.Port.Protocol, listener.Address.Port)))
            {
                free.Add(listener);
            }
            else if (!IsOwnPort(listener))
            {
                taken.Add(new BindFailure(listener, Explain(listener)));
            }
        }

        return (free, taken);
    }

    // All of 127.0.0.0/8 is this machine: a pod that listens on all addresses answers at the Service's too.
    private static bool IsOwnPort(WantedListener listener)
    {
        var endpoints = listener.Target.Endpoints;
        return Enumerable.Range(0, endpoints.Count).Any(index => endpoints[index].Port == listener.Address.Port);
    }

    private static string Explain(WantedListener listener) =>
        $"port {listener.Port.Port} of Service {listener.Service} ({listener.Kind}) is not relayed: other pods listen at {listener.Address.Port}, "
        + "and all of them share this machine's network. Give the Service another port, or run inlet as root, which gives each pod a network of its own";
}
