namespace RecSys.Hosting.Errors;

/// <summary>
/// Whether the runtime got as far as calling the method. If not, a failure without details is about the request.
/// </summary>
internal sealed class RequestReadFeature
{
    public bool IsRead { get; set; }
}
