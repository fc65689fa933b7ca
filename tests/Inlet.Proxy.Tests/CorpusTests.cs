using System.Collections.Concurrent;
using Inlet.Corpus;

namespace Inlet.Proxy.Tests;

/// <summary>Every raw request of the corpus against the real proxy, in one piece and byte by byte.</summary>
public sealed class CorpusTests(CorpusTests.Plant plant) : IClassFixture<CorpusTests.Plant>
{
    public static TheoryData<string, bool> Cases()
    {
        var cases = new TheoryData<string, bool>();
        foreach (var name in RequestCorpus.Names)
        {
            cases.Add(name, false);
            // A byte a packet is slow; what is long is long for its limit's sake alone.
            if (RequestCorpus.Find(name).Bytes.Length < 1000)
            {
                cases.Add(name, true);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Request_has_the_outcome_the_corpus_says(string name, bool byteByByte)
    {
        var one = RequestCorpus.Find(name);
        var before = plant.Backend.Requests;
        using var client = await plant.Proxy.ConnectAsync();
        await SendAsync(client, one.Bytes, byteByByte);
        var seen = new List<string>();
        foreach (var expected in one.Outcome)
        {
            var response = await ReadAsync(client, seen, one);
            var closes = response.Head.Contains("Connection: close\r\n", StringComparison.Ordinal);
            seen.Add(response.Status + (closes ? "!" : ""));
        }

        Assert.Equal(one.Outcome, seen);
        if (one.Outcome[^1].EndsWith('!'))
        {
            Assert.Equal("", await client.ReadToEndOrResetAsync());
        }
        else
        {
            Assert.Equal(200, (await client.GetAsync("/after")).Status);
            before++;
        }

        Assert.Equal(one.Outcome.Count(static outcome => outcome.StartsWith("200", StringComparison.Ordinal)), plant.Backend.Requests - before);
        Assert.All(plant.TakeHeads(), AssertClean);
    }

    /// <summary>Whatever a client sent, a back end sees one reading only.</summary>
    private static void AssertClean(string head)
    {
        var lines = head.Split("\r\n");
        Assert.All(lines, static line => Assert.DoesNotContain(line, static character => character < ' ' && character != '\t'));
        Assert.Single(lines, static line => line.StartsWith("Host:", StringComparison.Ordinal));
        Assert.InRange(lines.Count(static line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)
            || line.StartsWith("Transfer-Encoding:", StringComparison.OrdinalIgnoreCase)), 0, 1);
        Assert.DoesNotContain(lines, static line => line.IndexOf(':') is > 0 and var colon && line[..colon].Contains('_', StringComparison.Ordinal));
    }

    private static async Task SendAsync(RawClient client, byte[] bytes, bool byteByByte)
    {
        try
        {
            for (var at = 0; at < bytes.Length; at += byteByByte ? 1 : bytes.Length)
            {
                await client.SendAsync(bytes.AsMemory(at, byteByByte ? 1 : bytes.Length));
            }
        }
        catch (IOException)
        {
            // Refused and closed before the last byte: the answer is still to be read.
        }
    }

    private static async Task<RawResponse> ReadAsync(RawClient client, List<string> seen, RequestCase one)
    {
        try
        {
            return await client.ReadResponseAsync().WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (Exception error) when (error is EndOfStreamException or TimeoutException or IOException)
        {
            throw new InvalidOperationException($"{one.Name}: after [{string.Join(' ', seen)}] came no answer ({error.Message}) to {one}", error);
        }
    }

    public sealed class Plant : IAsyncLifetime
    {
        private readonly ConcurrentQueue<string> _heads = new();

        public Plant()
        {
            Backend = RawBackend.Answering((head, _) =>
            {
                _heads.Enqueue(head);
                return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
            });
            Proxy = RunningProxy.To(Backend, new ProxyOptions { Loops = 1 });
        }

        public RawBackend Backend { get; }

        public RunningProxy Proxy { get; }

        public IEnumerable<string> TakeHeads()
        {
            while (_heads.TryDequeue(out var head))
            {
                yield return head;
            }
        }

        public ValueTask InitializeAsync() => ValueTask.CompletedTask;

        public async ValueTask DisposeAsync()
        {
            await Proxy.DisposeAsync();
            await Backend.DisposeAsync();
        }
    }
}
