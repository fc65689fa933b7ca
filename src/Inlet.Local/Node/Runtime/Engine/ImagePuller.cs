using Docker.DotNet;
using Docker.DotNet.Models;
using Inlet.Local.Node.Images;

namespace Inlet.Local.Node.Runtime.Engine;

/// <summary>Brings images to the engine as <c>imagePullPolicy</c> says (Kubernetes, "Images").</summary>
internal sealed class ImagePuller(DockerClient client, TimeProvider time)
{
    /// <exception cref="ImageException">The image is not to be had.</exception>
    public async Task EnsureAsync(ImageRequest request, CancellationToken cancellationToken)
    {
        if (ImageReference.TryParse(request.Image) is not { } image)
        {
            throw new ImageException("InvalidImageName", $"Failed to apply default image tag \"{request.Image}\": couldn't parse image name: invalid reference format");
        }

        var isPresent = await IsPresentAsync(request.Image, cancellationToken);
        if (isPresent && request.PullPolicy != "Always")
        {
            request.Tell?.Invoke("Pulled", $"Container image \"{request.Image}\" already present on machine");
            return;
        }

        if (request.PullPolicy == "Never")
        {
            throw new ImageException("ErrImageNeverPull", $"Container image \"{request.Image}\" is not present with pull policy of Never");
        }

        await PullAsync(request, image, cancellationToken);
    }

    private async Task<bool> IsPresentAsync(string image, CancellationToken cancellationToken)
    {
        try
        {
            await client.Images.InspectImageAsync(image, cancellationToken);
            return true;
        }
        catch (DockerApiException e) when (e.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    private async Task PullAsync(ImageRequest request, ImageReference image, CancellationToken cancellationToken)
    {
        request.Tell?.Invoke("Pulling", $"Pulling image \"{request.Image}\"");
        var started = time.GetTimestamp();
        var failure = "";
        // Without a secret first: most images are public, and the secrets may be for other registries.
        foreach (var credential in Credentials(request, image))
        {
            failure = await TryPullAsync(image, credential, cancellationToken);
            if (failure.Length == 0)
            {
                request.Tell?.Invoke("Pulled", $"Successfully pulled image \"{request.Image}\" in {time.GetElapsedTime(started).TotalSeconds:0.000}s");
                return;
            }
        }

        throw new ImageException("ErrImagePull", $"Failed to pull image \"{request.Image}\": {failure}", isWorthARetry: true);
    }

    private static IEnumerable<AuthConfig?> Credentials(ImageRequest request, ImageReference image)
    {
        var fitting = request.Credentials.Where(c => c.Registry == image.Registry || image.Repository.StartsWith(c.Registry + "/", StringComparison.Ordinal));
        return fitting.Select(static c => new AuthConfig { ServerAddress = c.Registry, Username = c.User, Password = c.Password }).Append<AuthConfig?>(null);
    }

    /// <returns>Why not; empty when it is here now.</returns>
    private async Task<string> TryPullAsync(ImageReference image, AuthConfig? credential, CancellationToken cancellationToken)
    {
        var failure = "";
        var progress = new Listener(message => failure = message.Error?.Message is { Length: > 0 } error ? error : failure);
        var version = image.Digest.Length > 0 ? image.Digest : image.Tag.Length > 0 ? image.Tag : "latest";
        try
        {
            await client.Images.CreateImageAsync(
                new ImagesCreateParameters { FromImage = image.Repository, Tag = version }, credential ?? new AuthConfig(), progress, cancellationToken);
        }
        catch (Exception e) when (e is DockerApiException or HttpRequestException or IOException)
        {
            failure = EngineErrors.Text(e);
        }

        return failure;
    }

    /// <summary>Called in the order of the messages, which <see cref="Progress{T}"/> does not promise.</summary>
    private sealed class Listener(Action<JSONMessage> take) : IProgress<JSONMessage>
    {
        public void Report(JSONMessage value) => take(value);
    }
}
