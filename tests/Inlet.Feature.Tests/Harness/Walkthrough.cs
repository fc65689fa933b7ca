using Inlet.Feature.Tests.Harness;
using Xunit.Sdk;

[assembly: AssemblyFixture(typeof(Walkthrough))]
// The walkthrough owns NodePorts 30431 and 30443 of this machine: one cluster at a time.
[assembly: Xunit.v3.Parallelization(Mode = ParallelMode.None)]

namespace Inlet.Feature.Tests.Harness;

/// <summary>What a newcomer starts: <c>./inlet up -f examples/walkthrough</c>, shared by the tests of its parts.</summary>
public sealed class Walkthrough : IAsyncLifetime
{
    private InletUp? _inlet;

    internal InletUp Inlet => _inlet!;

    /// <summary>Through the NodePorts, as the walkthrough's text does.</summary>
    internal Browser Browser() => new(Inlet.HttpNodePort, Inlet.HttpsNodePort);

    public async ValueTask InitializeAsync()
    {
        _inlet = await InletUp.StartAsync(["-f", "examples/walkthrough"]);
        // Requests would reach whoever else has the port, and tests fail in ways that take long to understand.
        Assert.True(_inlet.HttpNodePort == 30431, "another program has NodePort 30431 (another inlet up, most likely): stop it");
    }

    public ValueTask DisposeAsync() => _inlet?.DisposeAsync() ?? ValueTask.CompletedTask;
}
