using System.Net;
using System.Text;
using System.Text.Json;

namespace RecSys.Ingest.Tests.ListenBrainz;

/// <summary>A program that speaks ListenBrainz to ingest's HTTP port.</summary>
internal sealed class ScrobblerClient(Uri address) : IDisposable
{
    // Certificates of tests are checked where that is what is tested.
    private readonly HttpClient _http = new(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } }) { BaseAddress = address };

    public Task<ScrobblerAnswer> SubmitAsync(string json, string? token = "ann") => SendAsync(HttpMethod.Post, "/1/submit-listens", token, Encoding.UTF8.GetBytes(json));

    /// <summary>Whatever the bytes are.</summary>
    public Task<ScrobblerAnswer> SubmitAsync(byte[] body, string? token = "ann") => SendAsync(HttpMethod.Post, "/1/submit-listens", token, body);

    /// <summary>As programs do that say nothing of what their body is.</summary>
    public Task<ScrobblerAnswer> SubmitWithoutContentTypeAsync(string json, string? token = "ann") =>
        SendAsync(HttpMethod.Post, "/1/submit-listens", token, Encoding.UTF8.GetBytes(json), hasContentType: false);

    public Task<ScrobblerAnswer> GetAsync(string path, string? token = "ann") => SendAsync(HttpMethod.Get, path, token, body: null);

    /// <summary>What a browser asks before a page of another origin may submit.</summary>
    public async Task<HttpResponseMessage> AskAsBrowserAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", "https://player.example");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
        return await _http.SendAsync(request);
    }

    public void Dispose() => _http.Dispose();

    private async Task<ScrobblerAnswer> SendAsync(HttpMethod method, string path, string? token, byte[]? body, bool hasContentType = true)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Origin", "https://player.example");

        // A body that is too large is refused before it is sent.
        request.Headers.ExpectContinue = body?.Length > 10_000_000;
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Token " + token);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = hasContentType ? new("application/json") : null } };
        }

        using var response = await _http.SendAsync(request);
        var headers = response.Headers.ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase);
        var text = await response.Content.ReadAsStringAsync();
        return new ScrobblerAnswer(response.StatusCode, JsonDocument.Parse(text.Length > 0 ? text : "{}").RootElement, headers);
    }
}

/// <summary>What it was answered.</summary>
internal sealed record ScrobblerAnswer(HttpStatusCode Status, JsonElement Json, IReadOnlyDictionary<string, string> Headers)
{
    public string Error => Json.GetProperty("error").GetString()!;
}
