using Inlet.Fuzz;
using SharpFuzz;

switch (args)
{
    case ["run", var target] when FuzzTargets.All.TryGetValue(target, out var run):
        // afl-fuzz starts this process once and hands it input after input.
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var all = new MemoryStream();
            stream.CopyTo(all);
            run(all.ToArray());
        });
        return 0;
    case ["unpack", var file, var directory]:
        Directory.CreateDirectory(directory);
        foreach (var (index, bytes) in CorpusFile.Read(file).Index())
        {
            File.WriteAllBytes(Path.Combine(directory, $"{index:0000}"), bytes);
        }

        return 0;
    case ["pack", var directory, var file]:
        CorpusFile.Add(file, Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal).Select(File.ReadAllBytes));
        return 0;
    case ["replay", var target, .. var files] when FuzzTargets.All.TryGetValue(target, out var replay):
        foreach (var file in files)
        {
            replay(File.ReadAllBytes(file));
        }

        return 0;
    default:
        Console.Error.WriteLine($"""
            usage: run TARGET | replay TARGET FILE... | unpack CORPUS DIRECTORY | pack DIRECTORY CORPUS
            targets: {string.Join(' ', FuzzTargets.All.Keys)}
            """);
        return 2;
}
