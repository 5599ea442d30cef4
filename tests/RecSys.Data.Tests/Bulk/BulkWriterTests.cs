using Microsoft.EntityFrameworkCore;
using RecSys.Data.Histories;
using RecSys.Data.Models;
using RecSys.Data.Schema;

namespace RecSys.Data.Tests.Bulk;

public abstract class BulkWriterTests(MigratedDatabases databases, string provider) : DatabaseTests(databases, provider)
{
    private const int RowCount = 100_000;

    [Fact]
    public async Task Hundred_thousand_rows_are_inserted_to_the_last_field()
    {
        await AddVersionAsync();
        (await InsertAsync(Enumerable.Range(1, RowCount)
            .Select(rank => new PopularTrackRow(rank, $"tråck {rank}", rank * 3_000_000_000L, -rank) { ModelVersion = "v1" }))).ShouldBe(RowCount);

        await using var context = Database.Database.CreateContext();
        (await context.PopularTracks.LongCountAsync(Cancellation)).ShouldBe(RowCount);
        (await context.PopularTracks.SumAsync(row => row.ListenerCount / 3_000_000_000, Cancellation)).ShouldBe(RowCount * (RowCount + 1L) / 2);
        (await context.PopularTracks.SingleAsync(row => row.Rank == 77_777, Cancellation))
            .ShouldBe(new PopularTrackRow(77_777, "tråck 77777", 233_331_000_000_000, -77_777) { ModelVersion = "v1" });
    }

    [Fact]
    public async Task Rows_that_are_there_are_left_alone_and_of_equal_ones_the_first_is_taken()
    {
        await InsertNewAsync(Row("ann", 1));

        (await InsertNewAsync(Row("ben", 2), Row("ann", 3), Row("ben", 4))).ShouldBe(1);

        (await ListensAsync()).ShouldBe([Row("ann", 1), Row("ben", 2)]);
    }

    [Fact]
    public async Task Row_that_is_there_already_fails_a_plain_insert()
    {
        await InsertAsync([Row("ann", 1)]);

        await Should.ThrowAsync<System.Data.Common.DbException>(() =>
            InsertAsync([Row("ben", 1), Row("ann", 2)]));

        (await ListensAsync()).ShouldBe([Row("ann", 1)]);
    }

    [Fact]
    public async Task Nothing_is_kept_of_an_upsert_whose_rows_break_off()
    {
        IEnumerable<RecentListenRow> Rows()
        {
            yield return Row("ann", 1);
            throw new IOException("broken off");
        }

        await Should.ThrowAsync<IOException>(() =>
            Database.Database.WriteAsync(context => Database.Database.Bulk.UpsertAsync(context, Rows(), Cancellation), Cancellation));

        (await ListensAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1_000)]
    public async Task Any_number_of_rows_is_inserted_and_counted(int count)
    {
        var rows = Enumerable.Range(0, count).Select(number => Row($"user{number:D5}", number)).ToArray();

        (await InsertAsync(rows)).ShouldBe(count);
        (await ListensAsync()).ShouldBe(rows);
        (await InsertNewAsync(rows)).ShouldBe(0);
    }

    [Fact]
    public async Task Rows_that_did_not_change_are_not_written_again()
    {
        var track = new TrackRow("one", "title", "artist", "album", ["rock"], TimeSpan.FromSeconds(200));

        (await UpsertAsync(track, track with { TrackId = "two" })).ShouldBe(2);
        (await UpsertAsync(track, track with { TrackId = "two", Duration = null })).ShouldBe(1);
        (await UpsertAsync(track, track with { TrackId = "two", Duration = null })).ShouldBe(0);
        (await UpsertAsync(track with { Genres = ["rock", "pop"] })).ShouldBe(1);
    }

    [Fact]
    public async Task Others_can_write_while_the_lists_of_a_model_are_made_and_written()
    {
        await AddVersionAsync();
        var halfway = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var listensAreIn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        IEnumerable<PopularTrackRow> Tracks()
        {
            for (var rank = 1; rank <= 6_000; rank++)
            {
                if (rank == 3_000)
                {
                    halfway.SetResult();
                    listensAreIn.Task.Wait(Cancellation);
                }

                yield return new PopularTrackRow(rank, "track", 1, 1);
            }
        }

        var insert = Task.Run(() => Database.Models.WritePopularAsync("v1", Tracks(), Cancellation));
        await halfway.Task;
        await OpenAgain().History.AddAsync([new RecentListenRow("ann", "one", DateTimeOffset.UnixEpoch)], Cancellation);
        listensAreIn.SetResult();

        (await insert).ShouldBe(6_000);
    }

    private Task<long> InsertAsync<TRow>(IEnumerable<TRow> rows)
        where TRow : class =>
        Database.Database.WriteAsync(context => Database.Database.Bulk.InsertAsync(context, rows, Cancellation), Cancellation);

    private Task<long> InsertNewAsync(params RecentListenRow[] rows) =>
        Database.Database.WriteAsync(context => Database.Database.Bulk.InsertNewAsync(context, rows, Cancellation), Cancellation);

    private Task<long> UpsertAsync(params TrackRow[] rows) =>
        Database.Database.WriteAsync(context => Database.Database.Bulk.UpsertAsync(context, rows, Cancellation), Cancellation);

    private Task AddVersionAsync() => Database.Models.BeginAsync("v1", new Dictionary<string, string>(), Cancellation);

    private static RecentListenRow Row(string user, int plays) => new(user, "one", DateTimeOffset.UnixEpoch, null, plays);

    private async Task<List<RecentListenRow>> ListensAsync()
    {
        await using var context = Database.Database.CreateContext();
        return await context.RecentListens.OrderBy(listen => listen.UserId).ToListAsync(Cancellation);
    }
}

public sealed class PostgresBulkWriterTests(MigratedDatabases databases) : BulkWriterTests(databases, DatabaseOptions.Postgres);

public sealed class SqliteBulkWriterTests(MigratedDatabases databases) : BulkWriterTests(databases, DatabaseOptions.Sqlite);
