using System.Text;

namespace Inlet.Proxy;

/// <summary>The failures' names as bytes, for log lines: an interface to users, so never renamed.</summary>
internal static class FailureNames
{
    private static readonly byte[][] Names = [.. Enum.GetNames<Failure>().Select(Encoding.ASCII.GetBytes)];

    public static ReadOnlySpan<byte> Of(Failure failure) => Names[(int)failure];
}
