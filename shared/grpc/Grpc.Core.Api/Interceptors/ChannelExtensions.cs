namespace Grpc.Core.Interceptors;

/// <summary>Puts interceptors in front of channels.</summary>
public static class ChannelExtensions
{
    /// <summary>An invoker whose calls go through the interceptor, then over the channel.</summary>
    public static CallInvoker Intercept(this ChannelBase channel, Interceptor interceptor) => channel.CreateCallInvoker().Intercept(interceptor);
}
