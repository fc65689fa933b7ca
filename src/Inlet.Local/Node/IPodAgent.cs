namespace Inlet.Local.Node;

/// <summary>Everything the API server asks the node agent for.</summary>
public interface IPodAgent : IPodLogs, IPodStreams, IPodUsage;
