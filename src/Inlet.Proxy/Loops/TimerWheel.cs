using System.Numerics;

namespace Inlet.Proxy;

/// <summary>
/// Deadlines of a loop's connections. Moving a deadline later, which every request does, writes one field; the wheel looks at
/// it when the earlier slot comes round. Resolution is <see cref="TickMilliseconds"/>, always late and never early.
/// </summary>
internal sealed class TimerWheel(long nowMilliseconds)
{
    public const int TickMilliseconds = 32;

    private const int Slots = 2048;

    private readonly Connection?[] _slots = new Connection?[Slots];
    private readonly ulong[] _occupied = new ulong[Slots / 64];
    private long _tick = nowMilliseconds / TickMilliseconds;

    public void Set(Connection connection, long deadlineMilliseconds)
    {
        connection.Deadline = deadlineMilliseconds;
        var tick = TickOf(deadlineMilliseconds);
        if (connection.TimerTick >= 0)
        {
            if (connection.TimerTick <= tick)
            {
                return;
            }

            Remove(connection);
        }

        Link(connection, tick);
    }

    public void Remove(Connection connection)
    {
        if (connection.TimerTick < 0)
        {
            return;
        }

        var slot = (int)(connection.TimerTick % Slots);
        if (connection.TimerPrevious is { } previous)
        {
            previous.TimerNext = connection.TimerNext;
        }
        else
        {
            _slots[slot] = connection.TimerNext;
            if (_slots[slot] is null)
            {
                _occupied[slot >> 6] &= ~(1UL << (slot & 63));
            }
        }

        if (connection.TimerNext is { } next)
        {
            next.TimerPrevious = connection.TimerPrevious;
        }

        connection.TimerNext = connection.TimerPrevious = null;
        connection.TimerTick = -1;
    }

    /// <summary>How long a loop may sleep: up to the next occupied slot, -1 when there is none.</summary>
    public int MillisecondsToNext(long nowMilliseconds)
    {
        var start = (int)((_tick + 1) % Slots);
        for (var word = 0; word <= _occupied.Length; word++)
        {
            var index = ((start >> 6) + word) % _occupied.Length;
            var bits = _occupied[index];
            if (word == 0)
            {
                bits &= ulong.MaxValue << (start & 63);
            }

            if (bits != 0)
            {
                var slot = (index << 6) + BitOperations.TrailingZeroCount(bits);
                var distance = ((slot - start) + Slots) % Slots;
                var due = (_tick + 1 + distance) * TickMilliseconds;
                return (int)Math.Max(1, due - nowMilliseconds);
            }
        }

        return -1;
    }

    /// <summary>Advances to now and hands over one connection after the other whose deadline has passed.</summary>
    public Connection? NextDue(long nowMilliseconds)
    {
        var target = nowMilliseconds / TickMilliseconds;
        while (true)
        {
            var slot = (int)(_tick % Slots);
            for (var connection = _slots[slot]; connection is not null;)
            {
                var next = connection.TimerNext;
                if (connection.TimerTick <= _tick)
                {
                    Remove(connection);
                    if (connection.Deadline <= nowMilliseconds)
                    {
                        return connection;
                    }

                    if (connection.Deadline != long.MaxValue)
                    {
                        Link(connection, TickOf(connection.Deadline));
                    }
                }

                connection = next;
            }

            if (_tick >= target)
            {
                return null;
            }

            _tick++;
        }
    }

    private long TickOf(long deadline) =>
        Math.Clamp((deadline + TickMilliseconds - 1) / TickMilliseconds, _tick + 1, _tick + Slots - 1);

    private void Link(Connection connection, long tick)
    {
        var slot = (int)(tick % Slots);
        connection.TimerTick = tick;
        connection.TimerPrevious = null;
        connection.TimerNext = _slots[slot];
        if (_slots[slot] is { } head)
        {
            head.TimerPrevious = connection;
        }

        _slots[slot] = connection;
        _occupied[slot >> 6] |= 1UL << (slot & 63);
    }
}
