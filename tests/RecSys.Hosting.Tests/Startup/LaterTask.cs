using RecSys.Hosting.Startup;

namespace RecSys.Hosting.Tests.Startup;

/// <summary>A startup task behind a <see cref="GatedTask"/>; notes how far that one had come.</summary>
internal sealed class LaterTask(GatedTask earlier) : IStartupTask
{
    public string Name => "bus";

    public string WaitsFor => "RabbitMQ at 127.0.0.1:5672";

    public bool? EarlierWasDone { get; private set; }

    public Task RunAsync(CancellationToken cancellationToken)
    {
        EarlierWasDone = earlier.Failure is null;
        return Task.CompletedTask;
    }
}
