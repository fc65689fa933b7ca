using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;

namespace Inlet.Cli.Commands;

/// <summary>Options that several commands spell the same way, with the same checks.</summary>
internal static class CommonOptions
{
    public static Option<string[]> Files(string description) => new("--filename", "-f")
    {
        Description = description,
        HelpName = "FILE|DIR",
        DefaultValueFactory = static _ => [],
    };

    public static Option<int?> Number(string name, string description, int least, int most) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => Parse<int?>(
            result,
            text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null,
            most == int.MaxValue ? $"a whole number from {least} on" : $"a whole number from {least} to {most}"),
    };

    public static Option<string?> Text(string name, string description, string helpName) => new(name) { Description = description, HelpName = helpName };

    public static Option<bool> Switch(string name, string description) => new(name) { Description = description };

    /// <summary>Neither yes nor no unless written.</summary>
    public static Option<bool?> Choose(string name, string description) => new(name) { Description = description, HelpName = "true|false", Arity = ArgumentArity.ZeroOrOne };

    public static Option<IPAddress> Bind(IPAddress byDefault) => new("--bind")
    {
        Description = "Address to listen on",
        HelpName = "ADDRESS",
        DefaultValueFactory = _ => byDefault,
        CustomParser = static result => Parse(result, static text => IPAddress.TryParse(text, out var address) ? address : null, "an IP address"),
    };

    /// <param name="smallest">-1 where the listener can be switched off, else 0 (picks a free port).</param>
    public static Option<int?> Port(string name, string description, int smallest) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => Parse<int?>(
            result,
            text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var port) && port >= smallest && port <= 65535 ? port : null,
            $"a port number ({smallest} … 65535)"),
    };

    /// <summary>The words are the enum's, in lower case; <see cref="Chosen"/> reads them back.</summary>
    public static Option<string> Choice<T>(string name, string description, T byDefault)
        where T : struct, Enum
    {
        var words = Enum.GetNames<T>().Select(static word => word.ToLowerInvariant()).ToArray();
        return new Option<string>(name)
        {
            Description = description,
            HelpName = string.Join('|', words),
            DefaultValueFactory = _ => byDefault.ToString().ToLowerInvariant(),
            CustomParser = result => Parse(result, text => words.Contains(text) ? text : null, string.Join(" or ", words)),
        };
    }

    public static T Chosen<T>(this ParseResult parsed, Option<string> choice)
        where T : struct, Enum => Enum.Parse<T>(parsed.GetValue(choice)!, ignoreCase: true);

    /// <summary>Kubernetes' durations, as far as people write them: <c>30s</c>, <c>5m</c>, <c>1h</c>, <c>500ms</c>, or plain seconds.</summary>
    public static Option<TimeSpan> Duration(string name, string description, TimeSpan byDefault) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        DefaultValueFactory = _ => byDefault,
        CustomParser = static result => Parse<TimeSpan?>(result, ParseDuration, "a duration such as 30s, 5m or 500ms") ?? default,
    };

    public static Option<IPNetwork[]> Networks(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "CIDR",
        DefaultValueFactory = static _ => [],
        CustomParser = result =>
        {
            var networks = new List<IPNetwork>();
            foreach (var token in result.Tokens)
            {
                if (IPNetwork.TryParse(token.Value, out var network))
                {
                    networks.Add(network);
                }
                else
                {
                    result.AddError($"{name} {token.Value}: write a network such as 10.0.0.0/8");
                }
            }

            return [.. networks];
        },
    };

    private static TimeSpan? ParseDuration(string text)
    {
        var unit = text.AsSpan().TrimStart("0123456789.").ToString();
        var perUnit = unit switch
        {
            "ms" => TimeSpan.FromMilliseconds(1),
            "s" or "" => TimeSpan.FromSeconds(1),
            "m" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            _ => TimeSpan.Zero,
        };
        return perUnit > TimeSpan.Zero
            && double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count * perUnit.TotalDays < 365
                ? count * perUnit
                : null;
    }

    public static T? Parse<T>(ArgumentResult result, Func<string, T?> parse, string wanted)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (parse(text) is { } value)
        {
            return value;
        }

        var option = (result.Parent as OptionResult)?.Option.Name ?? "";
        result.AddError($"{option} {text}: write {wanted}");
        return default;
    }
}
