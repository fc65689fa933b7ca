using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Inlet.Controller;

/// <summary>
/// The validating webhook: AdmissionReviews over HTTPS on <c>/networking/v1/ingresses</c>. Bodies are limited, and so is how
/// many are under review at once: anything that reaches the port may send one.
/// </summary>
internal sealed class AdmissionEndpoint : IAsyncDisposable
{
    private const string ReviewPath = "/networking/v1/ingresses";
    private const int LargestBody = 9 * 1024 * 1024;
    private const int MostAtOnce = 8;
    private readonly WebApplication _app;
    private readonly Func<AdmissionState?> _state;
    private int _underReview;

    private AdmissionEndpoint(WebApplication app, Func<AdmissionState?> state)
    {
        _app = app;
        _state = state;
    }

    public int Port { get; private set; }

    /// <param name="certificate">PEM file with the chain; read again when it changes.</param>
    /// <param name="key">PEM file.</param>
    /// <exception cref="ControllerException">The address, certificate or key cannot be used.</exception>
    public static async Task<AdmissionEndpoint> StartAsync(string address, string certificate, string key, Func<AdmissionState?> state, CancellationToken cancellationToken)
    {
        var endpoint = Parse(address);
        var certificates = new CertificateFiles(certificate, key);
        certificates.Current();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Listen(endpoint, listen => listen.UseHttps(https => https.ServerCertificateSelector = (_, _) => certificates.Current()));
        });
        var app = builder.Build();
        var admission = new AdmissionEndpoint(app, state);
        app.Run(admission.AnswerAsync);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException exception)
        {
            await app.DisposeAsync();
            throw new ControllerException($"cannot listen on {endpoint} for admission: {exception.Message} Choose another with --admission.", exception);
        }

        admission.Port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        return admission;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static IPEndPoint Parse(string address) =>
        address.StartsWith(':') && IPEndPoint.TryParse($"0.0.0.0{address}", out var any) ? any
        : IPEndPoint.TryParse(address, out var endpoint) && address.Contains(':', StringComparison.Ordinal) ? endpoint
        : throw new ControllerException($"--admission {address}: write an address and a port, such as :8443");

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path != ReviewPath || !HttpMethods.IsPost(context.Request.Method))
        {
            await AdminEndpoint.TextAsync(context, StatusCodes.Status404NotFound, $"AdmissionReviews are posted to {ReviewPath}\n");
            return;
        }

        if (Interlocked.Increment(ref _underReview) > MostAtOnce)
        {
            Interlocked.Decrement(ref _underReview);
            await AdminEndpoint.TextAsync(context, StatusCodes.Status429TooManyRequests, "too many reviews at once; ask again\n");
            return;
        }

        try
        {
            await ReviewAsync(context);
        }
        finally
        {
            Interlocked.Decrement(ref _underReview);
        }
    }

    private async Task ReviewAsync(HttpContext context)
    {
        JsonObject? review;
        try
        {
            review = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted) as JsonObject;
        }
        catch (BadHttpRequestException exception)
        {
            await AdminEndpoint.TextAsync(context, exception.StatusCode, $"{exception.Message}\n");
            return;
        }
        catch (JsonException exception)
        {
            await AdminEndpoint.TextAsync(context, StatusCodes.Status400BadRequest, $"not JSON: {exception.Message}\n");
            return;
        }

        if (_state() is not { } state)
        {
            await AdminEndpoint.TextAsync(context, StatusCodes.Status503ServiceUnavailable, "the cluster has not been read yet\n");
        }
        else if (review is null)
        {
            await AdminEndpoint.TextAsync(context, StatusCodes.Status400BadRequest, "not an AdmissionReview\n");
        }
        else if (AdmissionReviewer.Review(review, state) is { } answer)
        {
            await AdminEndpoint.TextAsync(context, StatusCodes.Status200OK, answer.ToJsonString(), "application/json");
        }
        else
        {
            await AdminEndpoint.TextAsync(context, StatusCodes.Status500InternalServerError, "only AdmissionReviews of Ingresses are answered\n");
        }
    }

    /// <summary>Certificates are renewed under a running process, as cert-manager and the kubelet do it.</summary>
    private sealed class CertificateFiles(string certificate, string key)
    {
        private readonly Lock _lock = new();
        private X509Certificate2? _current;
        private DateTime _written;

        public X509Certificate2 Current()
        {
            lock (_lock)
            {
                try
                {
                    var written = File.GetLastWriteTimeUtc(certificate);
                    if (_current is null || written != _written)
                    {
                        _current = X509Certificate2.CreateFromPemFile(certificate, key);
                        _written = written;
                    }
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
                {
                    // Half written, perhaps: the one before still serves.
                    _ = _current ?? throw new ControllerException($"the certificate for admission cannot be read from {certificate} and {key}: {exception.Message}", exception);
                }

                return _current;
            }
        }
    }
}
