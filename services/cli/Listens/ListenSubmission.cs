using Grpc.Core;
using RecSys.Cli.Output;
using RecSys.Contracts.Common.V1;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using Spectre.Console;

namespace RecSys.Cli.Listens;

/// <summary>Sends listens and tracks through the public ingest API, in batches, with progress.</summary>
internal static class ListenSubmission
{
    /// <summary>The largest batch that ingest takes.</summary>
    private const int BatchSize = 500;

    public static Task<StreamListensResponse> SendAsync(
        IngestService.IngestServiceClient ingest, IReadOnlyCollection<Listen> listens, string producer, IAnsiConsole console, CancellationToken cancellationToken) =>
        ProgressView.RunAsync(console, $"Submitting {listens.Count:N0} listens", async report =>
        {
            using var call = ingest.StreamListens(cancellationToken: cancellationToken);
            var sent = 0L;
            try
            {
                foreach (var batch in listens.Chunk(BatchSize))
                {
                    var request = new StreamListensRequest { Producer = producer };
                    request.Listens.AddRange(batch);
                    await call.RequestStream.WriteAsync(request, cancellationToken);
                    sent += batch.Length;
                    report((double)sent / listens.Count, $"{sent:N0} sent");
                }

                await call.RequestStream.CompleteAsync();
            }
            catch (Exception exception) when (exception is RpcException or InvalidOperationException or IOException)
            {
                // The server ended the call: its answer says why.
                await call;
                throw;
            }

            var answer = await call;
            report(1, $"{answer.Accepted:N0} accepted");
            return answer;
        });

    public static Task<int> SendTracksAsync(
        IngestService.IngestServiceClient ingest, IReadOnlyCollection<Track> tracks, IAnsiConsole console, CancellationToken cancellationToken) =>
        ProgressView.RunAsync(console, $"Submitting {tracks.Count:N0} tracks", async report =>
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
}
