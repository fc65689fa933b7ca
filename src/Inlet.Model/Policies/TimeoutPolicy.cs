namespace Inlet.Model;

/// <summary>A route's own timeouts; null keeps the server's.</summary>
/// <param name="Connect">For one TCP connect (and TLS handshake) to an endpoint.</param>
/// <param name="Send">Between two writes of the request to the endpoint.</param>
/// <param name="Read">Between two reads of the response from the endpoint.</param>
public sealed record TimeoutPolicy(TimeSpan? Connect = null, TimeSpan? Send = null, TimeSpan? Read = null);
