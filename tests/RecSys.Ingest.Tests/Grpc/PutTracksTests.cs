using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using RecSys.Contracts.Common.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Hosting.Errors;

namespace RecSys.Ingest.Tests.Grpc;

public sealed class PutTracksTests : IAsyncLifetime
{
    private IngestHost _ingest = null!;

    public async ValueTask InitializeAsync() => _ingest = await IngestHost.StartAsync();

    public ValueTask DisposeAsync() => _ingest.DisposeAsync();

    [Fact]
    public async Task Tracks_are_created_and_replaced()
    {
        var first = await PutAsync(new Track { TrackId = "t1", Title = "Old" }, new Track { TrackId = "t2", Title = "Other" });
        var second = await PutAsync(new Track
        {
            TrackId = "t1",
            Title = "New",
            Artist = "Somebody",
            Album = "Something",
            Genres = { "dub", "jazz" },
            Duration = Duration.FromTimeSpan(TimeSpan.FromSeconds(61.5)),
        });

        first.Stored.ShouldBe(2);
        second.Stored.ShouldBe(1);
        var tracks = await _ingest.Tracks.GetAsync(["t1", "t2"], CancellationToken.None);
        tracks["t2"].Title.ShouldBe("Other");
        var t1 = tracks["t1"];
        (t1.Title, t1.Artist, t1.Album, t1.Duration).ShouldBe(("New", "Somebody", "Something", TimeSpan.FromSeconds(61.5)));
        t1.Genres.ShouldBe(["dub", "jazz"]);
    }

    [Fact]
    public async Task One_bad_field_refuses_all_tracks_of_the_request()
    {
        var exception = await Should.ThrowAsync<RpcException>(
            () => PutAsync(new Track { TrackId = "t1" }, new Track { TrackId = "", Title = "\u0007" }, new Track { TrackId = "t1" }));

        var error = exception.ReadError().ShouldNotBeNull();
        error.Code.ShouldBe(StatusCode.InvalidArgument);
        error.Violations.Select(violation => violation.Field).ShouldBe(["tracks[1].track_id", "tracks[1].title", "tracks[2].track_id"]);
        (await _ingest.Tracks.CountAsync(CancellationToken.None)).ShouldBe(0);
    }

    private async Task<PutTracksResponse> PutAsync(params Track[] tracks) =>
        await _ingest.Client.PutTracksAsync(new PutTracksRequest { Tracks = { tracks } });
}
