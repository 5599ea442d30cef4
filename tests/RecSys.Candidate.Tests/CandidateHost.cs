using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Candidate.V1;
using RecSys.TestKit.Hosts;
using RecSys.TestKit.Models;

namespace RecSys.Candidate.Tests;

/// <summary>The candidate service on a SQLite database of its own.</summary>
internal sealed class CandidateHost : IAsyncDisposable
{
    private CandidateHost(SampleDatabase database, ServiceHost host)
    {
        Database = database;
        Host = host;
        Client = new CandidateService.CandidateServiceClient(host.Channel);
    }

    public SampleDatabase Database { get; }

    public ServiceHost Host { get; }

    public CandidateService.CandidateServiceClient Client { get; }

    /// <summary>Starts it with the log's model as version <c>v1</c>, or without any version.</summary>
    public static async Task<CandidateHost> StartAsync(SampleLog? log, params (string Key, string Value)[] settings)
    {
        var database = await SampleDatabase.CreateSqliteAsync();
        if (log is not null)
        {
            await database.WriteModelAsync("v1", log);
            await database.Tracks.PutAsync([.. log.Catalogue()], CancellationToken.None);
        }

        var host = await ServiceHost.StartAsync(
            "candidate",
            builder => builder.AddCandidate(),
            app => app.MapCandidate(),
            [.. database.Settings, .. settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))]);
        return new CandidateHost(database, host);
    }

    public static RecentListen Listen(string trackId, DateTimeOffset? time = null, uint plays = 0) =>
        new() { TrackId = trackId, ListenTime = (time ?? DateTimeOffset.UtcNow).ToTimestamp(), PlayCount = plays };

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Database.DisposeAsync();
    }
}
