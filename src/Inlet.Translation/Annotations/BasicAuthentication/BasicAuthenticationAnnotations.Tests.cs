using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class BasicAuthenticationAnnotationsTests
{
    private const string Hash = "$apr1$9hZuIvR0$1SSPkPVxVk3cZAe5Ykuck/";
    private static readonly string[] Basic = ["auth-type=basic", "auth-secret=users", "auth-realm=Members only"];

    [Fact]
    public void File_gives_users()
    {
        var policy = Translate(Given.Opaque("users", $"auth={"# comment\nann:" + Hash + "\r\nbob:{SHA}x:note\nempty:\n"}"), Basic).BasicAuthentication!;

        Assert.Equal("Members only", policy.Realm);
        Assert.Equal([new PasswordEntry("ann", Hash), new PasswordEntry("bob", "{SHA}x"), new PasswordEntry("empty", "")], policy.Users);
    }

    [Fact]
    public void Map_gives_users_and_nothing_that_is_no_hash()
    {
        var policy = Translate(Given.Opaque("users", $"ann={Hash}", "bob={PLAIN}x", "password=secret"), [.. Basic, "auth-secret-type=auth-map"]).BasicAuthentication!;

        Assert.Equal([new PasswordEntry("ann", Hash), new PasswordEntry("bob", "{PLAIN}x")], policy.Users);
    }

    [Fact]
    public void Secret_may_be_named_with_its_namespace() =>
        Assert.NotNull(Translate(Given.Opaque("users", $"auth=ann:{Hash}"), ["auth-type=basic", "auth-secret=default/users"]).BasicAuthentication);

    [Theory]
    [InlineData("SecretNotFound", "nobody", "auth=x:y")]
    [InlineData("SecretInvalid", "users", "other=x:y")]
    public void Secret_that_gives_no_users_closes_the_routes(string code, string name, string entry)
    {
        var result = Given.Translate(Given.Opaque("users", entry), Given.Ingress("a", "a.com", "/", "svc", annotations: ["auth-type=basic", $"auth-secret={name}"]));

        Assert.True(result.Model.Hosts[0].Routes[0].Policies.Closed);
        Assert.Equal([$"a Refused {code} {Given.Field("auth-secret")}"], result.Verdicts.Lines());
    }

    [Fact]
    public void Secret_that_comes_later_opens_the_routes()
    {
        var translator = new Translator(new TranslationOptions());
        Given.Put(translator, Given.Class, Given.Ingress("a", "a.com", "/", "svc", annotations: Basic));
        Assert.True(translator.Translate().Model.Hosts[0].Routes[0].Policies.Closed);
        Given.Put(translator, Given.Opaque("users", $"auth=ann:{Hash}"));
        Assert.False(translator.Translate().Model.Hosts[0].Routes[0].Policies.Closed);
    }

    [Theory]
    [InlineData("AnnotationNotSupported", "auth-type", "digest", "auth-secret=users")]
    [InlineData("AnnotationInvalid", "auth-type", "Basic", "auth-secret=users")]
    [InlineData("AnnotationInvalid", "auth-type", "", "auth-secret=users")]
    [InlineData("AnnotationInvalid", "auth-type", "basic")]
    [InlineData("AnnotationInvalid", "auth-secret", "users")]
    [InlineData("AnnotationInvalid", "auth-secret", "other/users", "auth-type=basic")]
    [InlineData("AnnotationInvalid", "auth-secret", "a/b/c", "auth-type=basic")]
    [InlineData("AnnotationInvalid", "auth-secret", "", "auth-type=basic")]
    [InlineData("AnnotationInvalid", "auth-secret-type", "file", "auth-type=basic", "auth-secret=users")]
    [InlineData("AnnotationInvalid", "auth-realm", "say \\\"hi\\\"", "auth-type=basic", "auth-secret=users")]
    [InlineData("AnnotationInvalid", "auth-realm", "a\\r\\nX-Evil: 1", "auth-type=basic", "auth-secret=users")]
    public void What_is_to_be_guarded_and_cannot_be_is_closed(string code, string name, string value, params string[] more) =>
        Assert.True(Given.PoliciesReporting($"Refused {code} {Given.Field(name)}", [.. more, $"{name}={value}"]).Closed);

    [Theory]
    [InlineData("any", true)]
    [InlineData("all", false)]
    public void Satisfy_says_whether_one_is_enough(string value, bool any) => Assert.Equal(any, Given.Policies($"satisfy={value}").AnyAccessIsEnough);

    [Theory]
    [InlineData("Any")]
    [InlineData("")]
    public void Invalid_satisfy_needs_all_and_is_reported(string value) =>
        Assert.False(Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field("satisfy")}", $"satisfy={value}").AnyAccessIsEnough);

    [Fact]
    public void Nobody_prints_a_hash()
    {
        var policies = Translate(Given.Opaque("users", $"auth=ann:{Hash}"), Basic);

        Assert.DoesNotContain(Hash, $"{policies}{policies.BasicAuthentication}{policies.BasicAuthentication!.Users[0]}", StringComparison.Ordinal);
    }

    private static RoutePolicies Translate(string secret, string[] annotations)
    {
        var result = Given.Translate(secret, Given.Ingress("a", "a.com", "/", "svc", annotations: annotations));
        Assert.Empty(result.Verdicts);
        return result.Model.Hosts[0].Routes[0].Policies;
    }
}
