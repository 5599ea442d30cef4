namespace RecSys.Hosting.Bus;

/// <summary>What carries the messages.</summary>
public enum BusTransport
{
    /// <summary>RabbitMQ, with publisher confirms and quorum queues.</summary>
    RabbitMq,

    /// <summary>This process alone: nothing to install, nothing kept over a restart.</summary>
    Memory,
}
