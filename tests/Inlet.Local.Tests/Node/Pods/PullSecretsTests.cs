using System.Text;
using Inlet.Local.Node.Pods;

namespace Inlet.Local.Tests.Node.Pods;

public sealed class PullSecretsTests
{
    [Theory]
    [InlineData(".dockerconfigjson", """{"auths":{"https://index.docker.io/v1/":{"username":"u","password":"p"}}}""", "docker.io u p")]
    [InlineData(".dockerconfigjson", """{"auths":{"r.example:5000/team":{"auth":"dTpwOnE="}}}""", "r.example:5000/team u p:q")]
    [InlineData(".dockercfg", """{"r.example":{"username":"u","password":"p","email":"x"}}""", "r.example u p")]
    [InlineData(".dockerconfigjson", """{"auths":{"r.example":{"auth":"???"}}}""", "")]
    [InlineData(".dockerconfigjson", "no json", "")]
    [InlineData("other", "{}", "")]
    public void Credentials_come_from_both_forms_and_nothing_from_what_is_none(string key, string content, string expected)
    {
        var read = PullSecrets.Read(new Dictionary<string, byte[]> { [key] = Encoding.UTF8.GetBytes(content) });

        Assert.Equal(expected, string.Join(';', read.Select(c => $"{c.Registry} {c.User} {c.Password}")));
    }
}
