using Inlet.Kubernetes;
using Inlet.Local.Node.Images;
using Inlet.Local.Tests.Node.Harness;

namespace Inlet.Local.Tests.Node.Images;

public sealed class ImageCommandTests
{
    [Theory]
    [InlineData("web=python3 -m http.server", "web", "python3|-m|http.server")]
    [InlineData("nginx:1.27='/opt/my nginx' -g \"daemon off;\"", "nginx:1.27", "/opt/my nginx|-g|daemon off;")]
    [InlineData("a=echo  '' x\\ y \"a\\\"b\" 'c\\d'", "a", "echo||x y|a\"b|c\\d")]
    [InlineData("r.example:5000/team/app@sha256:ab=./app --a=b", "r.example:5000/team/app@sha256:ab", "./app|--a=b")]
    public void Text_is_split_into_a_name_and_words(string text, string name, string words)
    {
        var command = ImageCommand.Parse(text);

        Assert.Equal(name, command.Name);
        Assert.Equal(words.Split('|'), command.Command);
    }

    [Theory]
    [InlineData("nginx", "write NAME=COMMAND")]
    [InlineData("=nginx", "write NAME=COMMAND")]
    [InlineData("Nginx:=x", "write NAME=COMMAND")]
    [InlineData("nginx=", "a command must follow")]
    [InlineData("nginx= ", "a command must follow")]
    [InlineData("nginx=echo 'a", "a quotation mark is not closed")]
    public void Text_that_is_none_says_what_is_wrong(string text, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => ImageCommand.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task File_has_one_a_line_and_an_error_names_the_line()
    {
        var directory = Directory.CreateTempSubdirectory("inlet-images-");
        try
        {
            var path = Path.Combine(directory.FullName, "images");
            await File.WriteAllTextAsync(path, "# ours\n\nweb=./web\n  db=./db --fast\n", TestContext.Current.CancellationToken);
            Assert.Equal(["web", "db"], ImageCommand.ReadFile(path).Select(c => c.Name));

            await File.AppendAllTextAsync(path, "oops\n", TestContext.Current.CancellationToken);

            Assert.StartsWith($"{path}:5: oops: ", Assert.Throws<FormatException>(() => ImageCommand.ReadFile(path)).Message, StringComparison.Ordinal);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("web", "any")]
    [InlineData("docker.io/library/web:2", "any")]
    [InlineData("web:1", "one")]
    [InlineData("web:1@sha256:ff", "one")]
    [InlineData("team/web", null)]
    [InlineData("localhost/web", null)]
    [InlineData("inlet:0.1.0", "inlet")]
    [InlineData("", null)]
    public void Most_exact_name_counts(string image, string? command)
    {
        var images = new ImageCommands([new("web", ["any"]), new("docker.io/web:1", ["never"]), new("library/web:1", ["one"])]);

        Assert.Equal(command, images.Find(image)?[0]);
    }

    [Fact]
    public async Task Pod_that_names_an_image_runs_what_stands_for_it_and_its_own_command_counts_more()
    {
        await using var run = await NodeRun.StartAsync(configure: o => o with { Images = [new("web", ["/bin/sh", "-c", "echo image $0 $@; exec sleep 1000"])] });
        await run.CreatePodAsync("p", """{"containers":[{"name":"app","image":"web:3","args":["$(A)","b"],"env":[{"name":"A","value":"a"}]}]}""");
        await run.CreatePodAsync("q", """{"containers":[{"name":"app","image":"web:3","command":["/bin/sh","-c","echo own; exec sleep 1000"]}]}""");

        Assert.Equal("image a b\n", await run.WaitLogAsync("p", "image"));
        Assert.Equal("own\n", await run.WaitLogAsync("q", "own"));
        Assert.Equal("web:3", NodeRun.Container(await run.WaitReadyAsync("p")).String("image"));
    }
}
