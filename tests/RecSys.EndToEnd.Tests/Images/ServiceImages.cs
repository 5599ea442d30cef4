using RecSys.TestKit;

namespace RecSys.EndToEnd.Tests.Images;

/// <summary>The services as their images hold them, published once for all tests of this folder.</summary>
public sealed class ServiceImages : IAsyncLifetime
{
    private readonly TempFolder _folder = new("published");
    private IReadOnlyDictionary<string, ServiceImage> _images = new Dictionary<string, ServiceImage>();

    internal ServiceImage this[string service] => _images[service];

    public async ValueTask InitializeAsync() => _images = await ServiceImage.PublishAsync(_folder.Path);

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
