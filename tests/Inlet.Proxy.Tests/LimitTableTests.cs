namespace Inlet.Proxy.Tests;

public sealed class LimitTableTests
{
    [Fact]
    public void Threads_together_take_no_more_than_there_is()
    {
        var table = new RateTable();
        var taken = 0;
        Parallel.For(0, 20_000, _ =>
        {
            if (table.TryTake(7, nowMicroseconds: 1_000, interval: 10, tolerance: 990))
            {
                Interlocked.Increment(ref taken);
            }
        });
        Assert.Equal(100, taken);
    }

    [Fact]
    public void Clients_in_the_same_eight_places_do_not_pay_for_each_other()
    {
        var table = new RateTable();
        for (ulong client = 1; client <= 8; client++)
        {
            Assert.True(table.TryTake(client << 15, 1_000, 100, 0));
            Assert.False(table.TryTake(client << 15, 1_000, 100, 0));
        }

        // A ninth takes the place of the one that owes least, and starts with nothing owed.
        Assert.True(table.TryTake(9UL << 15, 1_000, 100, 0));
        Assert.False(table.TryTake(9UL << 15, 1_000, 100, 0));
    }

    [Fact]
    public void Threads_together_hold_no_more_than_they_may_and_give_all_back()
    {
        var table = new ConcurrencyTable();
        int held = 0, most = 0;
        Parallel.For(0, 20_000, _ =>
        {
            var place = table.Take(0x1234_5678_0000_0001, 3);
            if (place >= 0)
            {
                var now = Interlocked.Increment(ref held);
                for (var seen = Volatile.Read(ref most); now > seen; seen = Volatile.Read(ref most))
                {
                    Interlocked.CompareExchange(ref most, now, seen);
                }

                Interlocked.Decrement(ref held);
                table.GiveBack(place);
            }
        });
        Assert.InRange(most, 1, 3);
        int[] places = [.. Enumerable.Range(0, 4).Select(_ => table.Take(0x1234_5678_0000_0001, 3))];
        Assert.Equal(3, places.Count(static place => place >= 0));
        Assert.Equal(ConcurrencyTable.TooMany, places[3]);
    }

    [Fact]
    public void Ninth_client_of_eight_places_is_not_counted()
    {
        var table = new ConcurrencyTable();
        for (ulong client = 1; client <= 8; client++)
        {
            Assert.True(table.Take(client << 32, 1) >= 0);
            Assert.Equal(ConcurrencyTable.TooMany, table.Take(client << 32, 1));
        }

        Assert.Equal(ConcurrencyTable.NotCounted, table.Take(9UL << 32, 1));
    }
}
