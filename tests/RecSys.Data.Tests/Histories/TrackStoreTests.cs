using Microsoft.EntityFrameworkCore;
using RecSys.Contracts;
using RecSys.Data.Histories;

namespace RecSys.Data.Tests.Histories;

public abstract class TrackStoreTests(MigratedDatabases databases, string provider) : DatabaseTests(databases, provider)
{
    private TrackStore Tracks => Database.Tracks;

    [Fact]
    public async Task Tracks_come_back_as_they_were_put()
    {
        TrackRow[] tracks =
        [
            new("one", "Títle", "椎名林檎", "Album, \"quoted\"", ["rock", "j-pop", "", "{a,b}"], TimeSpan.FromMilliseconds(215_123)),
            new("two", "", "", "", []),
        ];

        await Tracks.PutAsync(tracks, Cancellation);

        var found = await Tracks.GetAsync(["one", "two", "unknown", "one"], Cancellation);
        found.Count.ShouldBe(2);
        found["one"].ShouldBeEquivalentTo(tracks[0]);
        found["two"].ShouldBeEquivalentTo(tracks[1]);
        (await Tracks.CountAsync(Cancellation)).ShouldBe(2);
    }

    [Fact]
    public async Task Track_that_is_put_again_replaces_the_one_before()
    {
        await Tracks.PutAsync([Track("one", "before"), Track("two", "stays")], Cancellation);

        await Tracks.PutAsync([Track("one", "between"), Track("three", "new"), Track("one", "after")], Cancellation);

        var titles = await Tracks.ReadAllAsync(Cancellation).Select(track => (track.TrackId, track.Title)).ToListAsync(Cancellation);
        titles.ShouldBe([("one", "after"), ("three", "new"), ("two", "stays")]);
    }

    [Fact]
    public async Task All_tracks_stream_in_the_order_of_their_bytes()
    {
        string[] ids = ["b", "a", "B", "é", "z", "10", "9", "\uFF21", "🎵"];
        await Tracks.PutAsync([.. ids.Select(id => Track(id, id))], Cancellation);

        var order = await Tracks.ReadAllAsync(Cancellation).Select(track => track.TrackId).ToListAsync(Cancellation);

        order.ShouldBe(["10", "9", "B", "a", "b", "z", "é", "\uFF21", "🎵"]);
    }

    [Fact]
    public async Task Tracks_are_found_by_artist_and_title_together_the_owners_before_those_that_were_entered()
    {
        var key = TrackNameKey.Of("Artist", "Title")!;
        await Tracks.PutAsync([new("z", "TITLE", "artist", "", []), new("other", "title", "somebody else", "", []), new("nameless", "", "", "", [])], Cancellation);
        (await Tracks.AddNewAsync([new(TrackNameKey.ToTrackId(key), "Title", "Artist", "", [])], Cancellation)).ShouldBe(1);
        (await Tracks.AddNewAsync([new("z", "another", "another", "", [])], Cancellation)).ShouldBe(0, "what is there stays as it is");

        var found = await Tracks.FindAsync(["other", "unknown"], [key, TrackNameKey.Of("no", "one")!], Cancellation);

        found.ByNameKey[key].TrackId.ShouldBe("z");
        found.ByNameKey.ShouldNotContainKey(TrackNameKey.Of("no", "one")!);
        found.ById.Keys.ShouldBe(["other", "z", TrackNameKey.ToTrackId(key)], ignoreOrder: true);
    }

    [Fact]
    public async Task Tracks_of_before_names_had_a_key_are_found_after_the_next_start()
    {
        await Tracks.PutAsync([Track("one", "Title"), Track("two", "Other")], Cancellation);
        await using (var context = Database.Database.CreateContext())
        {
            await context.Database.ExecuteSqlRawAsync("UPDATE tracks SET name_key = NULL", Cancellation);
        }

        await Database.Migrator.MigrateAsync(Cancellation);

        (await Tracks.FindAsync([], [TrackNameKey.Of("artist", "Title")!], Cancellation)).ByNameKey.Single().Value.TrackId.ShouldBe("one");
    }

    [Fact]
    public async Task Nothing_is_put_when_one_track_can_not_be_kept()
    {
        await Should.ThrowAsync<ArgumentException>(() => Tracks.PutAsync([Track("one", "fine"), Track("two", "nul\0")], Cancellation));
        await Should.ThrowAsync<ArgumentException>(() =>
            Tracks.PutAsync([Track("one", "fine"), Track("two", "fine") with { Genres = ["🎵"[1..]] }], Cancellation));
        await Should.ThrowAsync<ArgumentException>(() => Tracks.GetAsync(["a\0"], Cancellation));

        (await Tracks.CountAsync(Cancellation)).ShouldBe(0);
    }

    [Fact]
    public async Task Nothing_put_and_nothing_asked_is_fine()
    {
        await Tracks.PutAsync([], Cancellation);
        (await Tracks.GetAsync([], Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Writers_that_put_the_same_tracks_at_once_do_not_block_each_other()
    {
        var ids = Enumerable.Range(0, 300).Select(number => $"track{number}").ToArray();

        await Task.WhenAll(Enumerable.Range(0, 6).Select(writer => Task.Run(async () =>
        {
            var order = new Random(writer);
            var store = OpenAgain().Tracks;
            foreach (var round in Enumerable.Range(0, 5))
            {
                await store.PutAsync([.. ids.OrderBy(_ => order.Next()).Select(id => Track(id, $"{writer}/{round}"))], Cancellation);
            }
        })));

        var titles = await Tracks.ReadAllAsync(Cancellation).Select(track => track.Title).ToListAsync(Cancellation);
        titles.Count.ShouldBe(300);
        titles.Distinct().ShouldHaveSingleItem().ShouldEndWith("/4");
    }

    private static TrackRow Track(string id, string title) => new(id, title, "artist", "album", ["genre"]);
}

public sealed class PostgresTrackStoreTests(MigratedDatabases databases) : TrackStoreTests(databases, DatabaseOptions.Postgres);

public sealed class SqliteTrackStoreTests(MigratedDatabases databases) : TrackStoreTests(databases, DatabaseOptions.Sqlite);
