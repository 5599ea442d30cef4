using Grpc.Core;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Hosting.Errors;

namespace RecSys.Ingest.Tests.Grpc;

public sealed class StreamListensTests : IAsyncLifetime
{
    private IngestHost _ingest = null!;

    public async ValueTask InitializeAsync() => _ingest = await IngestHost.StartAsync(("Ingest:UnconfirmedBatchesPerStream", "8"));

    public ValueTask DisposeAsync() => _ingest.DisposeAsync();

    [Fact]
    public async Task A_stream_of_any_number_of_messages_is_added_up_and_stored()
    {
        var messages = Enumerable.Range(0, 40).Select(i => Samples.Listens(i * 500, 500));

        var answer = await StreamAsync(messages);

        answer.ShouldBe(new StreamListensResponse { Accepted = 20_000 });
        var (kept, inLake, rejected) = await _ingest.CountAsync();
        (inLake, rejected).ShouldBe((20_000, 0));
        kept.ShouldBeInRange(17_000, 20_000, "17 users, of whom the newest 1,000 listens each are kept for serving, and for a while some more");
    }

    [Fact]
    public async Task Messages_of_a_stream_share_segments_of_the_lake()
    {
        await StreamAsync(Enumerable.Range(0, 100).Select(i => Samples.Listens(i * 10, 10)));

        // A segment for each date at least; without sharing there would be one for each message.
        var dates = _ingest.Segments().Select(Path.GetDirectoryName).Distinct().Count();
        _ingest.Segments().Length.ShouldBeInRange(dates, 60);
    }

    [Fact]
    public async Task Refused_and_repeated_listens_are_counted_over_the_whole_stream()
    {
        var answer = await StreamAsync(
        [
            [Samples.Listen(0), Samples.Listen(0), Samples.Listen(1)],
            [Samples.Listen(2, l => l.UserId = ""), Samples.Listen(1)],
            [Samples.Listen(3), Samples.Listen(4, l => { l.TrackId = ""; l.ListenTime = null; })],
        ]);

        answer.Accepted.ShouldBe(3);
        answer.Duplicate.ShouldBe(2, "one is repeated in its own message, one in a later one");
        answer.RejectedCount.ShouldBe(2);
        answer.Rejected.Select(rejected => (rejected.Index, rejected.Field)).ShouldBe([(3, "user_id"), (6, "track_id"), (6, "listen_time")]);
        (await _ingest.CountAsync()).ShouldBe((3, 3, 2));
    }

    [Fact]
    public async Task Only_the_first_1000_refused_fields_are_listed()
    {
        var bad = Enumerable.Range(0, 500).Select(_ => new Listen()).ToArray();

        var answer = await StreamAsync([bad, bad]);

        answer.RejectedCount.ShouldBe(1_000);
        answer.Rejected.Count.ShouldBe(1_000);
        answer.Rejected[^1].Index.ShouldBe(333, "each of these listens has three bad fields");
    }

    [Fact]
    public async Task A_stream_without_messages_changes_nothing()
    {
        (await StreamAsync([])).ShouldBe(new StreamListensResponse());
        (await _ingest.CountAsync()).ShouldBe((0, 0, 0));
    }

    [Fact]
    public async Task An_unusable_message_ends_the_stream_and_the_error_says_what_is_safe()
    {
        var exception = await Should.ThrowAsync<RpcException>(
            () => StreamAsync([[Samples.Listen(0)], [Samples.Listen(1)], Samples.Listens(2, 501), [Samples.Listen(900)]]));

        var error = exception.ReadError().ShouldNotBeNull();
        error.Code.ShouldBe(StatusCode.InvalidArgument);
        error.Violations.Single().Field.ShouldBe("listens");
        error.Violations.Single().Description.ShouldBe("must be from 1 to 500, is 501 (message 3 of the stream; those before it are accepted)");
        (await _ingest.CountAsync()).ShouldBe((2, 2, 0));
    }

    private async Task<StreamListensResponse> StreamAsync(IEnumerable<IEnumerable<Listen>> messages)
    {
        using var call = _ingest.Client.StreamListens();
        try
        {
            foreach (var listens in messages)
            {
                await call.RequestStream.WriteAsync(new StreamListensRequest { Listens = { listens }, Producer = "tests" });
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            // The service has ended the call; the answer says why.
        }

        return await call;
    }
}
