using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class RewriteAnnotationsTests
{
    [Fact]
    public void Target_is_taken_apart_into_text_and_groups()
    {
        var route = Route("/api(/|$)(.*)", "rewrite-target=/v1/$2/x$1");

        Assert.Equal(PathMatchKind.Regex, route.Path.Kind);
        Assert.Equal(new RewritePolicy([new("v1/"), new("", 2), new("/x"), new("", 1)]), route.Policies.Rewrite);
    }

    [Theory]
    [InlineData("/foo", "ImplementationSpecific", PathMatchKind.Prefix, "use-regex=true")]
    [InlineData("/foo.bar", "ImplementationSpecific", PathMatchKind.Prefix, "use-regex=true")]
    [InlineData("/foo/.*", "ImplementationSpecific", PathMatchKind.Regex, "use-regex=true")]
    [InlineData("/foo/.*", "Prefix", PathMatchKind.Regex, "use-regex=true")]
    [InlineData("/foo/.*", "Exact", PathMatchKind.Exact, "use-regex=true")]
    [InlineData("/foo/.*", "Prefix", PathMatchKind.Regex, "rewrite-target=/")]
    [InlineData("/foo/.*", "Prefix", PathMatchKind.Prefix)]
    [InlineData("/foo/.*", "Prefix", PathMatchKind.Prefix, "use-regex=false")]
    public void Path_is_an_expression_where_asked_for_and_it_looks_like_one(string path, string pathType, PathMatchKind kind, params string[] annotations)
    {
        var result = Given.Translate(Given.Ingress("a", "a.com", path, "svc", pathType, annotations: annotations));

        Assert.Empty(result.Verdicts);
        Assert.Equal(new PathMatch(kind, path), result.Model.Hosts[0].Routes[0].Path);
    }

    [Fact]
    public void Target_equal_to_the_path_changes_nothing() => Assert.Null(Route("/foo", "rewrite-target=/foo").Policies.Rewrite);

    [Theory]
    [InlineData("/$host")]
    [InlineData("/$")]
    [InlineData("/$0")]
    [InlineData("/a b")]
    [InlineData("/a;b")]
    [InlineData("https://x.com/$1")]
    [InlineData("")]
    public void Invalid_target_counts_as_not_set_and_is_reported(string value) =>
        Assert.Null(Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field("rewrite-target")}", $"rewrite-target={value}").Rewrite);

    [Fact]
    public void Invalid_switch_is_off_and_reported() =>
        Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field("use-regex")}", "use-regex=on");

    [Theory]
    [InlineData("/a(")]
    [InlineData("/a)(b")]
    [InlineData("/(?=a)")]
    [InlineData("/(a)[1]\\\\1")]
    [InlineData("/(a{900}){900}")]
    public void Expression_that_cannot_be_run_is_not_served_and_reported(string path)
    {
        var result = Given.Translate(Given.Ingress("a", "a.com", path, "svc", annotations: ["use-regex=true"]));

        Assert.Empty(result.Model.Hosts);
        Assert.Equal(["a Refused InvalidPath spec.rules[0].http.paths[0].path"], result.Verdicts.Lines());
    }

    private static Route Route(string path, params string[] annotations)
    {
        var result = Given.Translate(Given.Ingress("a", "a.com", path, "svc", "ImplementationSpecific", annotations: annotations));
        Assert.Empty(result.Verdicts);
        return result.Model.Hosts[0].Routes[0];
    }
}
