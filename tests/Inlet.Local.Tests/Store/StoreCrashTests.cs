using System.Diagnostics;
using System.Globalization;

using Inlet.Local.Store;
using Inlet.Local.Tests.Harness;

namespace Inlet.Local.Tests.Store;

/// <summary>What an acknowledged write promises, tried by killing the process that was given the promise.</summary>
public sealed class StoreCrashTests
{
    private const int Kills = 8;

    [Fact]
    public async Task Acknowledged_writes_are_there_after_a_kill_and_no_revision_is_used_twice()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("data");
        var acknowledged = new Dictionary<string, (string Verb, long Revision)>(StringComparer.Ordinal);
        var used = new HashSet<long>();
        for (var kill = 0; kill < Kills; kill++)
        {
            // At another point of its work each time: between, before and after commits and compactions.
            foreach (var (verb, name, revision) in await WriteAndKillAsync(path, lines: 20 + Random.Shared.Next(400)))
            {
                Assert.True(used.Add(revision), $"revision {revision} was given to two writes");
                // Writers print on their own, so the lines of one object are in order and those of several are not.
                acknowledged[name] = (verb, revision);
            }

            using var data = DataDirectory.Open(path);
            await using var store = ObjectStore.Open(data);
            var beyond = 0;
            foreach (var (name, (verb, revision)) in acknowledged.ToList())
            {
                var found = store.Find(new("things", "ns", name));
                if (verb == "put" ? found?.Revision == revision : found is null)
                {
                    continue;
                }

                Assert.True(
                    found is null ? store.Revision > revision : found.Revision > revision,
                    $"'{verb} {name} {revision}' was acknowledged; the store has {found?.Revision.ToString(CultureInfo.InvariantCulture) ?? "nothing"}");
                // A write that was committed and not acknowledged any more: what is there now is what counts from here.
                beyond++;
                acknowledged[name] = found is null ? ("del", store.Revision) : ("put", found.Revision);
            }

            Assert.True(beyond <= CrashingWriter.Writers, $"{beyond} objects differ; every writer had one write under way at most");
            Assert.True(store.Revision >= used.Max(), $"the store is at {store.Revision}, {used.Max()} was acknowledged");
        }
    }

    private static async Task<List<(string Verb, string Name, long Revision)>> WriteAndKillAsync(string directory, int lines)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(StoreCrashTests).Assembly.Location);
        }

        start.Environment[CrashingWriter.Variable] = directory;
        using var process = Process.Start(start)!;
        var writes = new List<(string, string, long)>();
        try
        {
            while (await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)) is { } line)
            {
                if (line.Split(' ') is [var verb, var name, var revision])
                {
                    writes.Add((verb, name, long.Parse(revision, CultureInfo.InvariantCulture)));
                }

                if (writes.Count == lines)
                {
                    process.Kill();
                }
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        Assert.True(writes.Count >= lines, $"the writer ended after {writes.Count} writes");
        return writes;
    }
}
