using System.Text;

namespace Inlet.Http.Tests;

public sealed class TraceParentTests
{
    private const string Good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Theory]
    [InlineData(Good, true)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", false)]
    [InlineData("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03-what-the-future-brings", true)]
    public void Field_is_read(string text, bool sampled)
    {
        Assert.True(TraceParent.TryParse(Encoding.ASCII.GetBytes(text), out var parent));
        Assert.Equal(new TraceParent(0x0af7651916cd43dd, 0x8448eb211c80319c, 0xb7ad6b7169203331, sampled), parent);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more")]
    [InlineData("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01more")]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333g-01")]
    [InlineData("00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    public void What_is_no_such_field_is_not(string text) => Assert.False(TraceParent.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void Field_is_written_as_it_is_read()
    {
        Assert.True(TraceParent.TryParse(Encoding.ASCII.GetBytes(Good), out var parent));
        var text = new byte[TraceParent.TextLength];
        parent.Write(text);
        Assert.Equal(Good, Encoding.ASCII.GetString(text));
    }
}
