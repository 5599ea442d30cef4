namespace Grpc.Core;

/// <summary>Named in signatures only: there is no runtime any more that makes such tokens.</summary>
public abstract class ContextPropagationToken
{
    private ContextPropagationToken()
    {
    }
}
