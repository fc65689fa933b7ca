using System.Diagnostics;
using System.Runtime.InteropServices;
using Inlet.Local.Node.Runtime.Engine;

namespace Inlet.Local.Tests.Node.Runtime.Engine;

public sealed class PauseImageTests
{
    [Fact]
    public async Task Program_runs_and_waits_until_it_is_ended()
    {
        var directory = Directory.CreateTempSubdirectory("inlet-pause-");
        try
        {
            var path = Path.Combine(directory.FullName, "pause");
            await File.WriteAllBytesAsync(path, PauseImage.Program(RuntimeInformation.OSArchitecture), TestContext.Current.CancellationToken);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            using var process = Process.Start(path);
            // Sleeping is more than not having crashed yet.
            await Harness.Wait.UntilAsync(() => File.ReadAllText($"/proc/{process.Id}/stat").Contains(") S ", StringComparison.Ordinal), "the program to wait");

            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.Equal(137, process.ExitCode);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(Architecture.X64, 62)]
    [InlineData(Architecture.Arm64, 183)]
    public void Program_is_for_the_architecture(Architecture architecture, int machine) =>
        Assert.Equal(machine, BitConverter.ToUInt16(PauseImage.Program(architecture), 18));
}
