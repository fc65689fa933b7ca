using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.Tests.ApiServer.Tables;

public sealed class HumanDurationTests
{
    [Theory]
    [InlineData(-5, "<invalid>")]
    [InlineData(-1, "0s")]
    [InlineData(0, "0s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(200, "3m20s")]
    [InlineData(600, "10m")]
    [InlineData(10_799, "179m")]
    [InlineData(10_800, "3h")]
    [InlineData(18_720, "5h12m")]
    [InlineData(72_000, "20h")]
    [InlineData(273_600, "3d4h")]
    [InlineData(86_400 * 12, "12d")]
    [InlineData(86_400 * (730 + 45), "2y45d")]
    [InlineData(86_400L * 365 * 9, "9y")]
    public void Format_is_kubectls(long seconds, string expected) =>
        Assert.Equal(expected, HumanDuration.Format(TimeSpan.FromSeconds(seconds)));
}
