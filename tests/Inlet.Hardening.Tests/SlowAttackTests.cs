using System.Globalization;
using Inlet.Hardening.Tests.Harness;
using Inlet.Proxy;
using Inlet.Proxy.Tests;

namespace Inlet.Hardening.Tests;

/// <summary>slowhttptest: hundreds of clients that send or take as little as will keep them connected, while others want to be served.</summary>
public sealed class SlowAttackTests
{
    private const int Attackers = 300;

    public static TheoryData<string, string> Attacks => new()
    {
        { "slow heads (slowloris)", "-H -i 1 -x 8" },
        { "slow bodies (R-U-Dead-Yet)", "-B -i 1 -x 8 -s 100000" },
        { "slow readers", "-X -w 1 -y 16 -n 1 -z 8 -k 3" },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task Attackers_are_cut_off_and_everybody_else_is_served_meanwhile(string attack, string arguments)
    {
        await using var backend = RawBackend.Answering(static (_, _) => $"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{new string('x', 100_000)}");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions
        {
            HeadTimeout = TimeSpan.FromSeconds(3),
            ClientTimeout = TimeSpan.FromSeconds(3),
            // For readers that leave whole answers to the kernel.
            IdleTimeout = TimeSpan.FromSeconds(5),
        });
        var directory = Directory.CreateTempSubdirectory("inlet-hardening-");
        try
        {
            await using var tool = Program.Start(
                "slowhttptest",
                [.. arguments.Split(' '), "-c", $"{Attackers}", "-r", $"{Attackers}", "-l", "12", "-p", "5", "-g", "-o", "out", "-u", $"http://127.0.0.1:{proxy.Server.HttpPort}/"],
                directory.FullName);
            // Not by the tool's word: it hears of a reset only when it has read, drop by drop, what its own kernel holds.
            await Wait.UntilAsync(() => proxy.Server.Metrics.SlowClients >= Attackers, "the attackers to be cut off");
            // The tool's own visitor comes and goes.
            await Wait.UntilAsync(() => proxy.Server.Metrics.ConnectionsOpen <= 1, "all but the visitor to be gone");
            await tool.EndAsync(TimeSpan.FromSeconds(60));
            var seconds = ReadReport(Path.Combine(directory.FullName, "out.csv"));
            Assert.True(seconds.Count > 1, $"{attack}: no report: {tool.Describe()}");
            Assert.Equal(Attackers, seconds.Max(static second => second.Connected + second.Closed));
            // The tool asks like a visitor once a second.
            Assert.All(seconds, static second => Assert.True(second.Available, $"not served after {second.At} s"));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>Second, closed, pending, connected, service available: a line a second.</summary>
    private static List<(int At, int Closed, int Connected, bool Available)> ReadReport(string path) =>
        [.. File.ReadLines(path).Skip(1).Select(static line => line.Split(',')).Where(static cells => cells.Length >= 5)
            .Select(static cells => (Number(cells[0]), Number(cells[1]), Number(cells[3]), Number(cells[4]) > 0))];

    private static int Number(string cell) => int.Parse(cell.Trim('"', ' '), CultureInfo.InvariantCulture);
}
