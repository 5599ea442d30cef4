namespace Grpc.Core;

/// <summary>Named in signatures only; see <see cref="ContextPropagationToken"/>.</summary>
public class ContextPropagationOptions
{
    private ContextPropagationOptions()
    {
    }
}
