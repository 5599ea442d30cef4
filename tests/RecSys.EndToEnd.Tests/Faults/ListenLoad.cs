using System.Diagnostics;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;

namespace RecSys.EndToEnd.Tests.Faults;

/// <summary>
/// Producers that send listens at a steady rate to several ingest processes, as producers do that must lose none: what was not confirmed
/// is sent again, to another process. No two listens begin at the same time.
/// </summary>
internal sealed class ListenLoad : IAsyncDisposable
{
    private const int ListensPerCall = 500;
    private const int Tracks = 997;
    private const int Producers = 4;

    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly GrpcChannel[] _channels;
    private readonly int _listensPerSecond;
    private readonly int _users;
    private readonly CancellationTokenSource _ended = new();
    private readonly DateTime _firstListen = DateTime.UtcNow.AddHours(-12);
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Task[] _producers;
    private int _calls;
    private long _confirmed;
    private long _failures;

    /// <param name="ingest">The processes.</param>
    /// <param name="listensPerSecond">The rate.</param>
    /// <param name="users">How many people listen, in turn.</param>
    public ListenLoad(IEnumerable<Uri> ingest, int listensPerSecond, int users = 5_000)
    {
        _users = users;
        _channels = [.. ingest.Select(address => GrpcChannel.ForAddress(address))];
        _listensPerSecond = listensPerSecond;
        _producers = [.. Enumerable.Range(0, Producers).Select(producer => Task.Run(() => ProduceAsync(producer)))];
    }

    /// <summary>Listens that were confirmed so far.</summary>
    public long Confirmed => Interlocked.Read(ref _confirmed);

    /// <summary>Calls that failed and were made again.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    public string UserOf(long number) => $"fault-user-{number % _users}";

    public static string TrackOf(long number) => $"track-{number % Tracks}";

    /// <summary>Ends the load. All listens that were ever sent are confirmed then.</summary>
    /// <returns>How many there are: the numbers from 0 up to it.</returns>
    public async Task<long> EndAsync()
    {
        await _ended.CancelAsync();
        await Task.WhenAll(_producers);
        return (long)_calls * ListensPerCall;
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await Task.WhenAny(Task.WhenAll(_producers), Task.Delay(CallTimeout));
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }

        _ended.Dispose();
    }

    private async Task ProduceAsync(int channel)
    {
        while (!_ended.IsCancellationRequested)
        {
            var call = Interlocked.Increment(ref _calls) - 1;
            var due = TimeSpan.FromSeconds((double)call * ListensPerCall / _listensPerSecond);
            await Task.Delay(due > Stopwatch.GetElapsedTime(_started) ? due - Stopwatch.GetElapsedTime(_started) : TimeSpan.Zero);
            var request = new SubmitListensRequest { Producer = "faults" };
            request.Listens.AddRange(Enumerable.Range(0, ListensPerCall).Select(place => Listen(((long)call * ListensPerCall) + place)));
            while (!await TrySubmitAsync(request, channel))
            {
                channel++;
                await Task.Delay(PauseAfterFailure);
            }

            Interlocked.Add(ref _confirmed, ListensPerCall);
        }
    }

    private async Task<bool> TrySubmitAsync(SubmitListensRequest request, int channel)
    {
        try
        {
            var client = new IngestService.IngestServiceClient(_channels[channel % _channels.Length]);
            var answer = await client.SubmitListensAsync(request, deadline: DateTime.UtcNow + CallTimeout);
            return answer.Accepted + answer.Duplicate + answer.Deleted == ListensPerCall
                ? true
                : throw new InvalidOperationException($"{answer.Rejected.Count} good listens were refused: {answer.Rejected[0]}");
        }
        catch (RpcException exception) when (exception.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted)
        {
            Interlocked.Increment(ref _failures);
            return false;
        }
    }

    private Listen Listen(long number) => new()
    {
        UserId = UserOf(number),
        TrackId = TrackOf(number),
        ListenTime = Timestamp.FromDateTime(_firstListen.AddMilliseconds(number)),
        PlayedShare = 0.5f,
    };
}
