namespace Grpc.Core;

/// <summary>What a channel is doing about its connection.</summary>
public enum ConnectivityState
{
    /// <summary>Nothing, until the first call.</summary>
    Idle,

    /// <summary>Connecting.</summary>
    Connecting,

    /// <summary>Connected.</summary>
    Ready,

    /// <summary>Connecting failed; it will be tried again.</summary>
    TransientFailure,

    /// <summary>Closed for good.</summary>
    Shutdown,
}
