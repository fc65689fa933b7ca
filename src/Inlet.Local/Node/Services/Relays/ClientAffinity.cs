using System.Net;

namespace Inlet.Local.Node.Services.Relays;

/// <summary>Which endpoint each client of a Service port was given, until it stays away for the timeout.</summary>
internal sealed class ClientAffinity(TimeSpan timeout, TimeProvider time)
{
    private const int FirstSweep = 1024;

    // Guards the two fields below; taken once per connection, by the relay loops.
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, (IPEndPoint Endpoint, long LastSeen)> _clients = [];
    private int _sweepAt = FirstSweep;

    public TimeSpan Timeout => timeout;

    public IPEndPoint? Find(IPAddress client)
    {
        lock (_lock)
        {
            return _clients.TryGetValue(client, out var known) && !IsOver(known.LastSeen) ? known.Endpoint : null;
        }
    }

    public void Remember(IPAddress client, IPEndPoint endpoint)
    {
        lock (_lock)
        {
            _clients[client] = (endpoint, time.GetTimestamp());
            if (_clients.Count >= _sweepAt)
            {
                Sweep();
            }
        }
    }

    private bool IsOver(long lastSeen) => time.GetElapsedTime(lastSeen) > timeout;

    private void Sweep()
    {
        foreach (var (client, known) in _clients)
        {
            if (IsOver(known.LastSeen))
            {
                _clients.Remove(client);
            }
        }

        _sweepAt = Math.Max(FirstSweep, _clients.Count * 2);
    }
}
