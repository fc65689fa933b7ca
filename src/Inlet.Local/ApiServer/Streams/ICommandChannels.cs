using System.Text.Json.Nodes;

using Inlet.Local.Node;

namespace Inlet.Local.ApiServer.Streams;

/// <summary>A client's streams for a command, over whichever protocol it speaks.</summary>
internal interface ICommandChannels : IAsyncDisposable
{
    ContainerStreams Streams { get; }

    /// <summary>Cancelled when the client has gone.</summary>
    CancellationToken Gone { get; }

    /// <summary>Says how it ended, as a <c>Status</c>, and closes in an orderly way.</summary>
    Task EndAsync(JsonObject status);
}

/// <summary>Which streams a client asks for.</summary>
internal readonly record struct WantedStreams(bool Input, bool Output, bool Errors, bool Terminal);
