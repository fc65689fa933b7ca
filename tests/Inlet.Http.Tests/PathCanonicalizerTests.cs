using System.Text;
using CsCheck;

namespace Inlet.Http.Tests;

public sealed class PathCanonicalizerTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/a/b/", "/a/b/")]
    [InlineData("//a///b", "/a/b")]
    [InlineData("/a/./b/../c", "/a/c")]
    [InlineData("/a/.", "/a/")]
    [InlineData("/a/b/..", "/a/")]
    [InlineData("/a/%2e%2E/b", "/b")]
    [InlineData("/a%2fb", "/a%2Fb")]
    [InlineData("/%7Euser/%41", "/~user/A")]
    [InlineData("/a/..%2fb", "/a/..%2Fb")]
    [InlineData("/a;x/../b", "/b")]
    [InlineData("/...", "/...")]
    [InlineData("/%25%32%65", "/%252e")]
    public void Path_has_one_form(string path, string canonical) => Assert.Equal(canonical, Canonical(path));

    [Theory]
    [InlineData("/..")]
    [InlineData("/a/../..")]
    [InlineData("/%2e%2e/etc")]
    [InlineData("/%00")]
    [InlineData("/%zz")]
    [InlineData("/%4")]
    public void Path_with_no_form_is_refused(string path) => Assert.Null(Canonical(path));

    [Fact]
    public void Canonical_form_is_its_own_canonical_form_and_unneeded_work_changes_nothing()
    {
        Gen.Char["/.%2eEfF5caA0~;"].Array[0, 16].Select(static characters => "/" + new string(characters)).Sample(static path =>
        {
            var once = Canonical(path);
            Assert.True(once is null || Canonical(once) == once, path);
            Assert.True(PathCanonicalizer.NeedsWork(Encoding.ASCII.GetBytes(path)) || once == path, path);
        });
    }

    private static string? Canonical(string path)
    {
        var destination = new byte[path.Length];
        return PathCanonicalizer.TryCanonicalize(Encoding.ASCII.GetBytes(path), destination, out var written)
            ? Encoding.ASCII.GetString(destination, 0, written) : null;
    }
}
