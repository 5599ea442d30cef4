using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace RecSys.Hosting.Bus;

/// <summary>What carries the messages.</summary>
public enum BusTransport
{
    /// <summary>RabbitMQ, with publisher confirms and quorum queues.</summary>
    RabbitMq,

    /// <summary>This process alone: nothing to install, nothing kept over a restart.</summary>
    Memory,
}

/// <summary>Section <c>Bus</c>: what carries the events, and how much of them at a time.</summary>
public sealed class BusOptions : IValidatableObject
{
    internal const string Section = "Bus";

    private const int DefaultPort = 5672;
    private const int DefaultTlsPort = 5671;

    /// <summary>
    /// <c>RabbitMq</c>, default; or <c>Memory</c> when all services run in one process.
    /// </summary>
    public BusTransport Transport { get; init; } = BusTransport.RabbitMq;

    /// <summary>
    /// RabbitMQ's address, <c>amqp://user:password@host:port/virtual-host</c>, or amqps for TLS; default
    /// <c>amqp://guest:guest@127.0.0.1:5672/</c>. Special characters of its parts are percent-encoded. Not used in memory.
    /// </summary>
    [DataType(DataType.Password)]
    public Uri Uri { get; init; } = new("amqp://guest:guest@127.0.0.1:5672/");

    /// <summary>
    /// The longest time until a published message is confirmed by RabbitMQ, or in memory consumed, from 0.1 seconds to 5
    /// minutes, default 5 seconds. Then publishing fails as UNAVAILABLE.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00", ErrorMessage = "It must be from 00:00:00.1 to 00:05:00 (hours:minutes:seconds).")]
    public TimeSpan PublishTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How many messages RabbitMQ hands to one consumer ahead of their acknowledgement, 1 to 10,000, default 256. A batch
    /// can't be larger.
    /// </summary>
    [Range(1, 10_000, ErrorMessage = "It must be from 1 to 10000.")]
    public int PrefetchCount { get; init; } = 256;

    /// <summary>
    /// How many messages a consumer of single messages works on at the same time, 1 to 1,000, default 1, which keeps their
    /// order. A batch consumer works on one batch at a time.
    /// </summary>
    [Range(1, 1_000, ErrorMessage = "It must be from 1 to 1000.")]
    public int ConcurrencyLimit { get; init; } = 1;

    /// <summary>The most messages that a batch consumer is given at once, 1 to 10,000, default 128.</summary>
    [Range(1, 10_000, ErrorMessage = "It must be from 1 to 10000.")]
    public int BatchLimit { get; init; } = 128;

    /// <summary>What carries the messages, for people: no secrets.</summary>
    internal string Carrier => Transport == BusTransport.Memory
        ? "the in-memory bus"
        : string.Create(CultureInfo.InvariantCulture, $"RabbitMQ at {Uri.Host}:{Port}");

    internal int Port => Uri.Port > 0 ? Uri.Port : UsesTls ? DefaultTlsPort : DefaultPort;

    internal bool UsesTls => Uri.Scheme == "amqps";

    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        var isUsable = Uri is { IsAbsoluteUri: true, Scheme: "amqp" or "amqps", Host.Length: > 0 }
            && Uri.AbsolutePath.Count(character => character == '/') <= 1
            && Uri.UserInfo.Count(character => character == ':') <= 1;
        if (Transport == BusTransport.RabbitMq && !isUsable)
        {
            yield return new ValidationResult("It must look like amqp://user:password@host:5672/virtual-host.", [nameof(Uri)]);
        }
    }
}
