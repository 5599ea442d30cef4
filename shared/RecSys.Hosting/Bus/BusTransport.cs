namespace RecSys.Hosting.Bus;

/// <summary>What carries the messages.</summary>
public enum BusTransport
{
    /// <summary>Inside this process: nothing to install, nothing kept over a restart.</summary>
    Memory,

    /// <summary>RabbitMQ, with publisher confirms and quorum queues.</summary>
    RabbitMq,
}
