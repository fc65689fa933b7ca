using System.Buffers;
using System.Buffers.Text;

namespace Inlet.Proxy;

/// <summary>The Date field's value (RFC 9110 §5.6.7), formatted once a second.</summary>
internal sealed class HttpDate(TimeProvider time)
{
    private readonly byte[] _text = new byte[29];
    private long _second = -1;

    public ReadOnlySpan<byte> At(long nowMilliseconds)
    {
        var second = nowMilliseconds / 1000;
        if (second != _second)
        {
            _second = second;
            Utf8Formatter.TryFormat(time.GetUtcNow(), _text, out _, new StandardFormat('R'));
        }

        return _text;
    }
}
