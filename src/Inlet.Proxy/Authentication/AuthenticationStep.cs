namespace Inlet.Proxy;

/// <summary>What a request's authentication is about, in this order: the one that costs least first.</summary>
internal enum AuthenticationStep : byte
{
    Password,
    Service,
    Done,
}
