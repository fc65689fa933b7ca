using System.Globalization;
using System.Net;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>
/// The controller's ConfigMap → settings (reference/ingress-configmap-and-flags). A value that cannot be read leaves its default
/// in force and is reported; what has no effect is reported; nothing about one key changes another's fate.
/// </summary>
public sealed class ConfigMapReader
{
    private const int LargestHead = 48 * 1024;
    private const string NginxLogDirectory = "/var/log/nginx/";
    private readonly IReadOnlyDictionary<string, string> _data;
    private readonly Verdicts _verdicts;

    private ConfigMapReader(IReadOnlyDictionary<string, string> data, ObjectReference source)
    {
        _data = data;
        _verdicts = new Verdicts(source);
    }

    /// <param name="data">Of the ConfigMap.</param>
    /// <param name="source">It, for verdicts.</param>
    public static ConfigMapSettings Read(IReadOnlyDictionary<string, string> data, ObjectReference source) => new ConfigMapReader(data, source).Read();

    private ConfigMapSettings Read()
    {
        ReportUnread();
        var defaults = Defaults();
        var start = Start();
        EquatableArray<string>? locations = _data.TryGetValue("no-tls-redirect-locations", out var text) ? List(text).ToEquatableArray() : null;
        return new ConfigMapSettings(defaults, locations, start, _verdicts.ToArray());
    }

    private void ReportUnread()
    {
        foreach (var key in _data.Keys.Order(StringComparer.Ordinal))
        {
            var field = $"data[{key}]";
            switch (SettingCatalog.Find(key))
            {
                case { Status: SettingStatus.NotApplicable } spec:
                    _verdicts.Refused(field, VerdictCodes.SettingRefused, $"{key} has no effect. {spec.Note}");
                    break;
                case { Status: SettingStatus.NotYet }:
                    _verdicts.Refused(field, VerdictCodes.SettingNotSupported, $"{key} is not supported yet; it has no effect.");
                    break;
                case null:
                    _verdicts.Refused(field, VerdictCodes.SettingUnknown, $"{key} is no key that is known here; it has no effect. Remove it, or correct its spelling.");
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Tried on an Ingress that says nothing: what is invalid there is said once, here, and not by each Ingress.</summary>
    private Dictionary<string, string> Defaults()
    {
        var defaults = new Dictionary<string, string>();
        foreach (var (key, value) in _data)
        {
            if (SettingCatalog.Find(key) is { Annotation: { } annotation, Status: SettingStatus.Implemented or SettingStatus.Differs } && value.Trim().Length > 0)
            {
                defaults[AnnotationSpec.Prefix + annotation] = value;
            }
        }

        if (Boolean("retry-non-idempotent") == true)
        {
            var reasons = AnnotationSpec.Prefix + "proxy-next-upstream";
            defaults[reasons] = $"{defaults.GetValueOrDefault(reasons, "error timeout")} non_idempotent";
        }

        var nobody = new ObjectReference("ConfigMap", "", "");
        var tried = new Verdicts(nobody);
        RouteAnnotations.Read(new AnnotationReader(defaults.ToDictionary(static pair => pair.Key, static pair => (string?)pair.Value), tried), nobody, new TranslationOptions());
        foreach (var verdict in tried.ToArray())
        {
            var key = defaults.Keys.FirstOrDefault(candidate => AnnotationSpec.FieldOf(candidate) == verdict.Field);
            if (key is null || verdict.Code != VerdictCodes.AnnotationInvalid)
            {
                continue;
            }

            var setting = _data.Keys.First(candidate => SettingCatalog.Find(candidate)?.Annotation is { } name && AnnotationSpec.Prefix + name == key);
            var message = verdict.Message.Replace(AnnotationSpec.Prefix, "", StringComparison.Ordinal);
            if (verdict.Outcome == VerdictOutcome.Refused)
            {
                // It was to keep somebody out. Every Ingress that does not say otherwise stays closed.
                _verdicts.Refused($"data[{setting}]", VerdictCodes.SettingInvalid, message.Replace("this Ingress", "each Ingress that has no such annotation of its own", StringComparison.Ordinal));
            }
            else
            {
                _verdicts.Defaulted($"data[{setting}]", VerdictCodes.SettingInvalid, message);
                defaults.Remove(key);
            }
        }

        return defaults;
    }

    private StartSettings Start()
    {
        var peers = Networks("proxy-real-ip-cidr");
        var (forwarded, realIp, proxyProtocol) = (Trusting("use-forwarded-headers", peers), Trusting("enable-real-ip", peers), Trusting("use-proxy-protocol", peers));
        var path = Text("http-access-log-path") ?? Text("access-log-path");
        var (lines, head) = HeadBuffers();
        return new StartSettings
        {
            HeadTimeout = Time("client-header-timeout"),
            ClientTimeout = Time("client-body-timeout"),
            IdleTimeout = Time("keep-alive"),
            UpstreamConnectionLifetime = Time("upstream-keepalive-time"),
            UpstreamIdleTimeout = Time("upstream-keepalive-timeout"),
            DrainGrace = Time("worker-shutdown-timeout"),
            RequestsPerConnection = Count("keep-alive-requests"),
            RequestsPerUpstreamConnection = Count("upstream-keepalive-requests"),
            IdleUpstreamConnections = Count("upstream-keepalive-connections"),
            RequestLineBytes = lines,
            RequestHeadBytes = head,
            SessionTickets = Boolean("ssl-session-tickets"),
            ServerTokens = Boolean("server-tokens"),
            ProxyProtocol = proxyProtocol,
            TrustedPeers = proxyProtocol == true || forwarded == true || realIp == true ? peers : [],
            DisableAccessLog = (Boolean("disable-access-log") ?? false) || (Boolean("disable-http-access-log") ?? false),
            JsonAccessLog = Boolean("log-format-escape-json") ?? false,
            AccessLogPath = path is null || path.StartsWith(NginxLogDirectory, StringComparison.Ordinal) ? null : path,
        };
    }

    /// <summary>Whom to believe is never guessed: a stranger could be anybody he likes.</summary>
    private bool? Trusting(string key, EquatableArray<IPNetwork> peers)
    {
        if (Boolean(key) is not true)
        {
            return null;
        }

        if (!peers.IsEmpty)
        {
            return true;
        }

        _verdicts.Refused($"data[{key}]", VerdictCodes.SettingInvalid, $"{key} has no effect without proxy-real-ip-cidr, which says who is believed; write 0.0.0.0/0,::/0 there to believe everybody.");
        return null;
    }

    /// <summary><c>number size</c>: the size of one limits a line, all together limit the head.</summary>
    private (int? Line, int? Head) HeadBuffers()
    {
        const string Key = "large-client-header-buffers";
        if (Text(Key) is not { } text)
        {
            return (null, null);
        }

        if (text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var number, var size]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and < 1000 && Size(size) is { } bytes)
        {
            var head = (int)Math.Clamp(count * bytes, 1024, LargestHead);
            return ((int)Math.Clamp(bytes, 64, head), head);
        }

        Invalid(Key, text, "a number and a size, such as 4 8k");
        return (null, null);
    }

    private static long? Size(string text)
    {
        var shift = char.ToLowerInvariant(text[^1]) switch { 'k' => 10, 'm' => 20, _ => 0 };
        return long.TryParse(shift == 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 1 << 20 ? number << shift : null;
    }

    /// <summary>Seconds, or with one of nginx's units.</summary>
    private TimeSpan? Time(string key)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        var unit = text.AsSpan().TrimStart("0123456789").ToString();
        double seconds = unit switch { "" or "s" => 1, "ms" => 0.001, "m" => 60, "h" => 3600, "d" => 86400, _ => 0 };
        if (seconds > 0 && long.TryParse(text[..^unit.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 100_000_000)
        {
            return TimeSpan.FromSeconds(number * seconds);
        }

        Invalid(key, text, "a number of seconds, or one with ms, s, m, h or d");
        return null;
    }

    private int? Count(string key)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
        {
            return number;
        }

        Invalid(key, text, "a whole number from 1 on");
        return null;
    }

    private bool? Boolean(string key)
    {
        switch (Text(key))
        {
            case null:
                return null;
            case "1" or "t" or "T" or "true" or "TRUE" or "True":
                return true;
            case "0" or "f" or "F" or "false" or "FALSE" or "False":
                return false;
            case { } text:
                Invalid(key, text, "\"true\" or \"false\"");
                return null;
        }
    }

    private EquatableArray<IPNetwork> Networks(string key)
    {
        var networks = new List<IPNetwork>();
        foreach (var item in List(Text(key) ?? ""))
        {
            if (AccessAnnotations.Network(item) is { } network)
            {
                networks.Add(network);
            }
            else
            {
                Invalid(key, item, "IP addresses and networks such as 10.0.0.0/8");
                return [];
            }
        }

        return networks.ToEquatableArray();
    }

    private static string[] List(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private string? Text(string key) => _data.TryGetValue(key, out var value) && value.Trim() is { Length: > 0 } text ? text : null;

    private void Invalid(string key, string value, string wanted) =>
        _verdicts.Defaulted($"data[{key}]", VerdictCodes.SettingInvalid, $"{key}: \"{value}\" is not valid: write {wanted}; the default is in force.");
}
