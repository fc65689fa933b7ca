using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Inlet.Http;
using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>One route's external authentication, ready for the loops.</summary>
internal sealed class AuthenticationService
{
    // Answers of one route are never another's, whatever their keys say.
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public AuthenticationService(ExternalAuthenticationPolicy policy)
    {
        Policy = policy;
        Url = new RequestTemplate(policy.Url);
        SignIn = policy.SignIn is { } page ? new RequestTemplate(page) : null;
        CacheKey = policy.CacheKey is { } key ? new RequestTemplate(key) : null;
        Method = Encoding.ASCII.GetBytes(policy.Method ?? "GET");
        RequestRedirect = Encoding.ASCII.GetBytes(policy.RequestRedirect ?? "");
        SignInParameter = Encoding.ASCII.GetBytes(policy.SignInRedirectParameter);
        RequestFields = Encoding.ASCII.GetBytes(string.Concat(policy.RequestFields.Select(static field => $"{field.Name}: {field.Value}\r\n")));
        ReplacedFields = new DroppedFields([.. policy.RequestFields.Select(static field => field.Name), .. OwnFields]);
        AnswerFields = new DroppedFields(policy.AnswerFields);
    }

    private static IReadOnlyList<string> OwnFields { get; } =
    [
        "X-Original-URL", "X-Original-Method", "X-Original-URI", "X-Scheme", "X-Sent-From", "X-Real-IP", "X-Forwarded-For", "X-Auth-Request-Redirect", "X-Request-ID",
    ];

    public ExternalAuthenticationPolicy Policy { get; }

    public RequestTemplate Url { get; }

    public RequestTemplate? SignIn { get; }

    public byte[] SignInParameter { get; }

    public RequestTemplate? CacheKey { get; }

    public byte[] Method { get; }

    public bool IsHead => Policy.Method == "HEAD";

    /// <summary>Empty: the request's path and query.</summary>
    public byte[] RequestRedirect { get; }

    /// <summary>Whole field lines.</summary>
    public byte[] RequestFields { get; }

    /// <summary>Of the client's fields those that are said anew.</summary>
    public DroppedFields ReplacedFields { get; }

    /// <summary>Of the service's answer those that go on to the endpoint.</summary>
    public DroppedFields AnswerFields { get; }

    public UInt128 NameOf(ReadOnlySpan<byte> cacheKey)
    {
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(_key, cacheKey, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <returns>Zero: not at all.</returns>
    public TimeSpan KeepFor(int status)
    {
        foreach (var rule in Policy.CacheFor)
        {
            if (rule.Status == 0 || rule.Status == status)
            {
                return rule.For;
            }
        }

        return TimeSpan.Zero;
    }
}
