using System.Text;

namespace Inlet.Proxy.Tests;

public sealed class PasswordHashTests
{
    // Made by openssl passwd, htpasswd and perl's crypt.
    [Theory]
    [InlineData("$apr1$saltsalt$HIDXe7D36X22w1CH4M1cQ.", "open sesame")]
    [InlineData("$apr1$x$1zqEZsIuUkYw.95AY1qaT/", "a-very-long-password-of-more-than-sixteen-bytes")]
    [InlineData("$apr1$x$tMwYqBfQwi3FYAr0aJc8M/", "")]
    [InlineData("$1$saltsalt$Yo6tRKYGO/jWyb1etwHDS/", "open sesame")]
    [InlineData("$5$saltsalt$yrhPKxCqiWcCE9h0g86j6Ugz7SDFdFm.BjU.d8RaQnC", "open sesame")]
    [InlineData("$6$saltsalt$e/5XKibXPLqVcfjpD.ouauaJrAOL5V0uo80Lt7n7EbRdRiCx3HbQ90yjOHr.G0T.mx79PEMRy8nmtr0qSYhQp1", "open sesame")]
    [InlineData("$2y$05$1NzlCTQWm5ZLPCKnGObh/u3aDv3/fLRE5urkUQNZ3agmUTCN7b77e", "open sesame")]
    [InlineData("{SHA}W8r/fyL/UzygmbNAjq2HbA67qac=", "open sesame")]
    [InlineData("{SSHA}hN5uxFJUEWCPg56kk42tnVCdJ61zYWx0", "open sesame")]
    [InlineData("{PLAIN}open sesame", "open sesame")]
    [InlineData("ab/G8gtZdMwak", "open ses")]
    public void Right_password_is_recognised_and_no_other(string hash, string password)
    {
        Assert.True(PasswordHash.Verify(hash, Encoding.UTF8.GetBytes(password)));
        Assert.False(PasswordHash.Verify(hash, Encoding.UTF8.GetBytes("x" + password)));
        Assert.False(PasswordHash.Verify(hash, Encoding.UTF8.GetBytes(password + "\0")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("open sesame")]
    [InlineData("{MD5}open sesame")]
    [InlineData("{SHA}not base64")]
    [InlineData("{SSHA}W8r/fyL/UzygmbNAjq2HbA67qac=")]
    [InlineData("$apr1$")]
    [InlineData("$2y$05$short")]
    [InlineData("$9$unknown$x")]
    [InlineData("*0")]
    public void Hash_of_no_known_format_lets_nobody_in(string hash) => Assert.False(PasswordHash.Verify(hash, "open sesame"u8));
}
