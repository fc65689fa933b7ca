using BenchmarkDotNet.Running;
using Inlet.Microbench;

return args is ["--allocations"] ? AllocationCheck.Run(Console.Out) : BenchmarkSwitcher.FromAssembly(typeof(AllocationCheck).Assembly).Run(args).Any() ? 0 : 1;
