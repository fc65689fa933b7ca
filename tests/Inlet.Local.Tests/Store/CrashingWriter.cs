using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

using Inlet.Local.Store;

namespace Inlet.Local.Tests.Store;

/// <summary>
/// The other process of <see cref="StoreCrashTests"/>: this same program, which turns into a writer when an environment
/// variable names a data directory. It writes without end and prints every write once it is acknowledged.
/// </summary>
internal static class CrashingWriter
{
    public const string Variable = "INLET_TEST_CRASHING_WRITER";

    /// <summary>Writes under way at a time, each to another object.</summary>
    public const int Writers = 4;

    private const int ObjectsPerWriter = 8;

#pragma warning disable CA2255 // An initializer in an executable: it has to come before the test runner's own entry point.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Run()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } directory)
        {
            return;
        }

        using var data = DataDirectory.Open(directory);
        // A short history, so that compaction is as likely to be cut as the writes are.
        var store = ObjectStore.Open(data, new() { HistoryEvents = 32, HistoryBytes = 32 * 1024 });
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        // All on this thread: no other runs code of this module before its initializer has ended.
        for (var i = 0; ; i++)
        {
            var writes = new List<(string Verb, Task<StoredObject> Done)>();
            for (var writer = 0; writer < Writers; writer++)
            {
                writes.Add(Write(store, string.Create(CultureInfo.InvariantCulture, $"w{writer}-{i % ObjectsPerWriter}"), remove: i % 5 == 0));
            }

            foreach (var (verb, done) in writes)
            {
                var stored = done.GetAwaiter().GetResult();
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{verb} {stored.Key.Name} {stored.Revision}"));
            }
        }
    }

    private static (string Verb, Task<StoredObject> Done) Write(ObjectStore store, string name, bool remove)
    {
        var key = new StoreKey("things", "ns", name);
        var existing = store.Find(key);
        var body = new JsonObject { ["metadata"] = new JsonObject(), ["filler"] = new string('x', 500) };
        return existing is null ? ("put", store.CreateAsync(key, body, CancellationToken.None))
            : remove ? ("del", store.DeleteAsync(key, existing.Copy(), existing.Revision, CancellationToken.None))
            : ("put", store.UpdateAsync(key, body, existing.Revision, CancellationToken.None));
    }
}
