using Grpc.Core;
using RecSys.Cli.Output;
using RecSys.Cli.Pictures;
using RecSys.Contracts.Common.V1;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Hosting.Errors;
using Spectre.Console;

namespace RecSys.Cli.Connections;

/// <summary>Sends listens and tracks through the public ingest API, in batches, with progress.</summary>
internal static class ListenSubmission
{
    /// <summary>The largest batch that ingest takes.</summary>
    private const int BatchSize = 500;

    /// <summary>Listens of one call: what has to be sent again when ingest could not confirm all of it.</summary>
    private const int CallSize = 20_000;

    private const int MaxAttempts = 6;

    public static Task<StreamListensResponse> SendAsync(
        IngestService.IngestServiceClient ingest, IReadOnlyCollection<Listen> listens, string producer, IAnsiConsole console, CancellationToken cancellationToken) =>
        ProgressView.RunAsync(console, $"Submitting {NumberText.Count(listens.Count, "listen")}", async report =>
        {
            var total = new StreamListensResponse();
            var sent = 0L;
            foreach (var part in listens.Chunk(CallSize))
            {
                var answer = await SendPartAsync(ingest, part, producer, cancellationToken);
                Add(total, answer, sent);
                sent += part.Length;
                report((double)sent / listens.Count, $"{total.Accepted:N0} accepted");
            }

            return total;
        });

    public static Task<int> SendTracksAsync(
        IngestService.IngestServiceClient ingest, IReadOnlyCollection<Track> tracks, IAnsiConsole console, CancellationToken cancellationToken) =>
        ProgressView.RunAsync(console, $"Submitting {NumberText.Count(tracks.Count, "track")}", async report =>
        {
            var stored = 0;
            foreach (var batch in tracks.Chunk(BatchSize))
            {
                var request = new PutTracksRequest();
                request.Tracks.AddRange(batch);
                stored += (await ingest.PutTracksAsync(request, cancellationToken: cancellationToken)).Stored;
                report((double)stored / tracks.Count, null);
            }

            return stored;
        });

    /// <summary>Sends a part, again and again while ingest is unavailable: listens are stored once, however often they come.</summary>
    private static async Task<StreamListensResponse> SendPartAsync(
        IngestService.IngestServiceClient ingest, Listen[] part, string producer, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StreamAsync(ingest, part, producer, cancellationToken);
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.Unavailable && attempt < MaxAttempts)
            {
                await Task.Delay(exception.ReadError()?.RetryDelay ?? TimeSpan.FromSeconds(1), cancellationToken);
            }
        }
    }

    private static async Task<StreamListensResponse> StreamAsync(
        IngestService.IngestServiceClient ingest, Listen[] part, string producer, CancellationToken cancellationToken)
    {
        using var call = ingest.StreamListens(cancellationToken: cancellationToken);
        try
        {
            foreach (var batch in part.Chunk(BatchSize))
            {
                var request = new StreamListensRequest { Producer = producer };
                request.Listens.AddRange(batch);
                await call.RequestStream.WriteAsync(request, cancellationToken);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException or IOException)
        {
            // The server ended the call: its answer says why.
            await call;
            throw;
        }

        return await call;
    }

    /// <summary>Adds up answers; the indices of a part count from its first listen.</summary>
    private static void Add(StreamListensResponse total, StreamListensResponse answer, long sentBefore)
    {
        total.Accepted += answer.Accepted;
        total.Duplicate += answer.Duplicate;
        total.RejectedCount += answer.RejectedCount;
        total.Rejected.AddRange(answer.Rejected.Select(rejected => new RejectedListen
        {
            Index = sentBefore + rejected.Index,
            Field = rejected.Field,
            Reason = rejected.Reason,
        }));
    }
}
