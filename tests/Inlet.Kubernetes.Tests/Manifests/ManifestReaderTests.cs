using System.Text.Json.Nodes;

namespace Inlet.Kubernetes.Tests;

public sealed class ManifestReaderTests
{
    private const string Head = "apiVersion: v1\nkind: ConfigMap\n";

    [Fact]
    public void Documents_come_in_order_with_their_positions_and_empty_ones_are_skipped()
    {
        var objects = ManifestReader.Parse("""
            # leading comment
            ---
            apiVersion: v1
            kind: Namespace
            ---
            ---
            # only a comment
            ---
              apiVersion: v1
              kind: Service
            """, "many.yaml");

        Assert.Equal(["Namespace", "Service"], objects.Select(o => o.Object.String("kind")));
        Assert.Equal(["many.yaml:3:1", "many.yaml:9:3"], objects.Select(o => o.Position));
    }

    [Theory]
    [InlineData("1", "1")]
    [InlineData("-17", "-17")]
    [InlineData("+5", "5")]
    [InlineData("1_000", "1000")]
    [InlineData("0644", "420")]
    [InlineData("0o17", "15")]
    [InlineData("0x1F", "31")]
    [InlineData("0b11", "3")]
    [InlineData("08", "8")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("1.5", "1.5")]
    [InlineData("1.0", "1")]
    [InlineData("1e3", "1000")]
    [InlineData("true", "true")]
    [InlineData("yes", "true")]
    [InlineData("Off", "false")]
    [InlineData("null", "null")]
    [InlineData("~", "null")]
    [InlineData("", "null")]
    [InlineData("\"1\"", "\"1\"")]
    [InlineData("'true'", "\"true\"")]
    [InlineData("!!str 12", "\"12\"")]
    [InlineData("!!int \"12\"", "12")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData("12m", "\"12m\"")]
    [InlineData("1:30", "\"1:30\"")]
    [InlineData("2001-01-02", "\"2001-01-02\"")]
    [InlineData("truely", "\"truely\"")]
    [InlineData("0x", "\"0x\"")]
    [InlineData("|\n  a\n  b", "\"a\\nb\"")]
    [InlineData(">-\n  a\n  b", "\"a b\"")]
    public void Scalar_means_what_it_means_to_kubectl(string yaml, string json)
    {
        var value = ManifestReader.Parse(Head + "value: " + yaml, "a.yaml").Single().Object["value"];

        Assert.Equal(json, value?.ToJsonString() ?? "null");
    }

    [Fact]
    public void Anchors_aliases_and_merge_keys_are_expanded()
    {
        var obj = Parse("""
            base: &base {a: 1, b: 2}
            more: &more {b: 3, c: 4}
            copy: *base
            merged: {<<: *base, b: 9}
            both:
              <<: [*base, *more]
            """);

        Assert.Equal("""{"a":1,"b":2}""", obj["copy"]!.ToJsonString());
        Assert.Equal("""{"b":9,"a":1}""", obj["merged"]!.ToJsonString());
        Assert.Equal("""{"a":1,"b":2,"c":4}""", obj["both"]!.ToJsonString());
    }

    [Fact]
    public void Keys_that_look_like_numbers_or_booleans_become_strings()
    {
        Assert.Equal("""{"8080":"a","true":"b"}""", Parse("data:\n  8080: a\n  on: b").Object("data")!.ToJsonString());
    }

    [Theory]
    [InlineData("data:\n  a: 1\n  b: 2\n  a: 3", 6, 3, "the key \"a\" occurs twice")]
    [InlineData("data: [1, 2", 3, 0, "")]
    [InlineData("data:\n\ta: 1", 4, 1, "")]
    [InlineData("data: *nothing", 3, 7, "*nothing names no anchor")]
    [InlineData("data: .inf", 3, 7, ".inf cannot be said in JSON")]
    [InlineData("data: !!binary aGk=", 3, 7, "the tag tag:yaml.org,2002:binary is not supported")]
    [InlineData("data: {<<: 1}", 3, 8, "<< takes a mapping")]
    [InlineData("data:\n  ? [a]\n  : b", 4, 5, "a key has to be")]
    public void Problem_is_reported_with_file_line_and_column(string yaml, int line, int column, string problem)
    {
        var exception = Assert.Throws<ManifestException>(() => ManifestReader.Parse(Head + yaml, "bad.yaml"));

        Assert.Equal("bad.yaml", exception.File);
        Assert.Contains(problem, exception.Problem, StringComparison.Ordinal);
        Assert.StartsWith($"bad.yaml:{exception.Line}:{exception.Column}: ", exception.Message, StringComparison.Ordinal);
        if (column > 0)
        {
            Assert.Equal((line, column), (exception.Line, exception.Column));
        }
    }

    [Theory]
    [InlineData("kind: Pod", "the object has no apiVersion")]
    [InlineData("apiVersion: v1", "the object has no kind")]
    [InlineData("- 1\n- 2", "a Kubernetes object was expected here")]
    [InlineData("just text", "a Kubernetes object was expected here")]
    public void Document_that_is_no_object_is_refused(string yaml, string problem)
    {
        var exception = Assert.Throws<ManifestException>(() => ManifestReader.Parse("\n---\n" + yaml, "bad.yaml"));

        Assert.Equal((3, 1), (exception.Line, exception.Column));
        Assert.Contains(problem, exception.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Aliases_that_explode_are_refused()
    {
        var yaml = Head + "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n" + string.Concat(Enumerable.Range(1, 9).Select(n =>
            $"a{n}: &a{n} [{string.Join(",", Enumerable.Repeat($"*a{n - 1}", 10))}]\n"));

        Assert.Contains("more than 1000000 nodes", Assert.Throws<ManifestException>(() => ManifestReader.Parse(yaml, "bomb.yaml")).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        var yaml = Head + "a: " + new string('[', 5000);

        Assert.Throws<ManifestException>(() => ManifestReader.Parse(yaml, "deep.yaml"));
    }

    [Fact]
    public void List_is_expanded_with_the_positions_of_its_items()
    {
        var objects = ManifestReader.Parse("""
            apiVersion: v1
            kind: List
            items:
            - apiVersion: v1
              kind: Service
            - apiVersion: v1
              kind: List
              items:
              - {apiVersion: v1, kind: Pod}
            """, "list.yaml");

        Assert.Equal(["Service", "Pod"], objects.Select(o => o.Object.String("kind")));
        Assert.Equal(["list.yaml:4:3", "list.yaml:9:5"], objects.Select(o => o.Position));
        Assert.All(objects, o => Assert.Null(o.Object.Parent));
    }

    [Fact]
    public void Json_documents_follow_one_another()
    {
        var objects = ManifestReader.Parse("""
            {"apiVersion": "v1", "kind": "Secret", "data": {"a": "x\/\ud83d\ude00"}}
            { "apiVersion": "v1", "kind": "Pod", "n": 1.5, "i": 9007199254740993 }
            """, "two.json");

        Assert.Equal(["two.json:1:1", "two.json:2:1"], objects.Select(o => o.Position));
        Assert.Equal("x/😀", objects[0].Object.Object("data").String("a"));
        Assert.Equal(9007199254740993, objects[1].Object.Integer("i"));
    }

    [Theory]
    [InlineData("{\"apiVersion\": \"v1\",\n \"kind\": \"Pod\",\n \"kind\": \"Pod\"}", 3, 2)]
    [InlineData("{\"apiVersion\": \"v1\",\n \"é\": ?}", 2, 7)]
    [InlineData("{\"apiVersion\": \"v1\"", 1, 20)]
    public void Json_problem_is_reported_with_line_and_column(string json, int line, int column)
    {
        var exception = Assert.Throws<ManifestException>(() => ManifestReader.Parse(json, "bad.json"));

        Assert.Equal((line, column), (exception.Line, exception.Column));
        Assert.DoesNotContain("LineNumber", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Flow_mapping_in_a_yaml_file_need_not_be_json()
    {
        Assert.Equal("Pod", ManifestReader.Parse("{apiVersion: v1, kind: Pod}", "flow.yaml").Single().Object.String("kind"));
    }

    [Fact]
    public void Directory_is_read_recursively_in_order_and_only_manifests()
    {
        var root = Directory.CreateTempSubdirectory("inlet-manifests-");
        try
        {
            Directory.CreateDirectory(Path.Combine(root.FullName, "b"));
            File.WriteAllText(Path.Combine(root.FullName, "c.yml"), Head + "i: 3");
            File.WriteAllText(Path.Combine(root.FullName, "b", "x.json"), """{"apiVersion":"v1","kind":"ConfigMap","i":2}""");
            File.WriteAllText(Path.Combine(root.FullName, "a.yaml"), "\uFEFF" + Head + "i: 1");
            File.WriteAllText(Path.Combine(root.FullName, "README.md"), "not: [a manifest");

            var objects = ManifestReader.Read([root.FullName, "-"], new StringReader(Head + "i: 4"));

            Assert.Equal([1, 2, 3, 4], objects.Select(o => o.Object.Integer("i")));
            Assert.Equal("stdin", objects[3].File);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Fact]
    public void File_that_is_missing_or_no_text_is_reported()
    {
        Assert.Equal("/nowhere/x.yaml: no such file or directory", Assert.Throws<ManifestException>(() => ManifestReader.Read(["/nowhere/x.yaml"])).Message);

        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, [0x61, 0xFF, 0xFE]);
            Assert.Contains("is not UTF-8 text", Assert.Throws<ManifestException>(() => ManifestReader.ReadFile(file)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static JsonObject Parse(string yaml) => ManifestReader.Parse(Head + yaml, "a.yaml").Single().Object;

    [Theory]
    [InlineData("data:\n  a: b\0c\n", 4, 7, "U+0000")]
    [InlineData("# \u001b[31m\n", 3, 3, "U+001B")]
    [InlineData("\ufffe", 3, 1, "U+FFFE")]
    public void Character_yaml_forbids_is_refused_where_it_stands(string text, int line, int column, string words)
    {
        var exception = Assert.Throws<ManifestException>(() => ManifestReader.Parse($"apiVersion: v1\nkind: ConfigMap\n{text}", "bad.yaml"));
        Assert.Equal((line, column), (exception.Line, exception.Column));
        Assert.Contains(words, exception.Problem, StringComparison.Ordinal);
    }
}
