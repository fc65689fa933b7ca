namespace Inlet.Feature.Tests.Harness;

/// <summary>The checkout these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>The program as <c>./inlet</c> builds and runs it.</summary>
    public static string Program => Path.Combine(Root, "artifacts", "inlet", "inlet");

    public static string File(params string[] path) => Path.Combine([Root, .. path]);

    private static string Find(string directory) =>
        System.IO.File.Exists(Path.Combine(directory, "Inlet.slnx"))
            ? directory
            : Find(Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("Inlet.slnx is not above the tests"));
}
