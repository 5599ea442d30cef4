namespace Grpc.Core;

/// <summary>The base class of the generated client <typeparamref name="T"/>.</summary>
public abstract class ClientBase<T> : ClientBase
    where T : ClientBase<T>
{
    /// <summary>For test doubles: a client that can make no call.</summary>
    protected ClientBase()
    {
    }

    /// <summary>A client whose calls go over a channel.</summary>
    protected ClientBase(ChannelBase channel)
        : base((channel ?? throw new ArgumentNullException(nameof(channel))).CreateCallInvoker())
    {
    }

    /// <summary>A client whose calls go through an invoker.</summary>
    protected ClientBase(CallInvoker callInvoker)
        : base(callInvoker)
    {
    }

    /// <summary>A client like another one.</summary>
    protected ClientBase(ClientBaseConfiguration configuration)
        : base(configuration.CallInvoker)
    {
    }

    /// <summary>Makes another client; generated code overrides it.</summary>
    protected abstract T NewInstance(ClientBaseConfiguration configuration);
}
