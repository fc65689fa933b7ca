using System.CommandLine;
using Inlet.Bench;
using Inlet.Bench.Control;
using Inlet.Bench.Local;
using Inlet.Bench.Proxy;

var root = new RootCommand("Measures Inlet beside its peers. Run it through the scripts bench/proxy, bench/local and bench/control.")
{
    ProxyCommand.Create(), LocalCommand.Create(), ControlCommand.Create(),
};
try
{
    return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (BenchException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
