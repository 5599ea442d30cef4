using Grpc.Core;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Data;
using RecSys.Hosting.Errors;
using RecSys.Ingest.Acceptance;
using RecSys.Ingest.Validation;

namespace RecSys.Ingest.Grpc;

/// <summary>
/// One StreamListens call. Batches are published as they come; a bounded number of them await their confirmation at a time, so
/// that neither the broker's latency nor the stream's length matters. Confirmations are awaited in the order of the batches:
/// when the call breaks, the answer can say up to where everything is safe.
/// </summary>
/// <param name="acceptance">Tells good listens from bad ones, and takes them.</param>
/// <param name="maxUnconfirmed">Most batches that await their confirmation; more of the stream is not read meanwhile.</param>
internal sealed class ListenStream(ListenAcceptance acceptance, int maxUnconfirmed) : IDisposable
{
    /// <summary>Refused fields that the answer names; the rest is counted.</summary>
    public const int MaxReportedFields = 1_000;

    private readonly Queue<UnconfirmedBatch> _unconfirmed = new(maxUnconfirmed);
    private readonly CancellationTokenSource _abandoned = new();
    private readonly StreamListensResponse _answer = new();
    private string _producer = "";
    private long _batchCount;
    private long _listenCount;
    private long _confirmedBatches;

    /// <summary>Takes the next message of the stream; waits while too many before it are unconfirmed.</summary>
    /// <exception cref="RecSysException">The message as a whole is unusable, or the broker did not confirm one before it.</exception>
    public async Task AddAsync(StreamListensRequest message, CancellationToken cancellationToken)
    {
        if (_batchCount++ == 0)
        {
            _producer = message.Producer;
        }

        await RefuseUnusableAsync(message);
        var screened = acceptance.Screen(message.Listens);
        Report(screened);
        _listenCount += message.Listens.Count;

        // Also those that are confirmed already, so that a failure ends the call at the next message.
        while (_unconfirmed.TryPeek(out var oldest) && (oldest.Confirmation.IsCompleted || _unconfirmed.Count >= maxUnconfirmed))
        {
            await ConfirmOldestAsync(cancellationToken);
        }

        _unconfirmed.Enqueue(new UnconfirmedBatch(screened.Good.Count, acceptance.AcceptAsync(screened, _producer, _abandoned.Token)));
    }

    /// <summary>Waits for the last confirmations.</summary>
    /// <returns>The sums over the whole stream.</returns>
    public async Task<StreamListensResponse> CompleteAsync(CancellationToken cancellationToken)
    {
        while (_unconfirmed.Count > 0)
        {
            await ConfirmOldestAsync(cancellationToken);
        }

        return _answer;
    }

    /// <summary>Gives up on what is unconfirmed.</summary>
    public void Dispose()
    {
        _abandoned.Cancel();
        foreach (var batch in _unconfirmed)
        {
            // Nobody waits for it any more; its failure has been answered for, or the caller is gone.
            _ = batch.Confirmation.ContinueWith(
                static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }

        _abandoned.Dispose();
    }

    private async Task ConfirmOldestAsync(CancellationToken cancellationToken)
    {
        var oldest = _unconfirmed.Peek();
        try
        {
            var accepted = await oldest.Confirmation.WaitAsync(cancellationToken);
            _answer.Accepted += accepted;
            _answer.Duplicate += oldest.ListenCount - accepted;
        }
        catch (RecSysException exception) when (exception.Code == StatusCode.Unavailable)
        {
            throw Broken(exception);
        }
        catch (DatabaseUnavailableException exception)
        {
            throw Broken(RecSysException.Unavailable(exception));
        }

        _unconfirmed.Dequeue();
        _confirmedBatches++;
    }

    private RecSysException Broken(RecSysException cause) => RecSysException.Unavailable(
        cause.Reason,
        $"{cause.Message} Accepted are the first {_confirmedBatches:N0} messages of the stream; send those after them again.",
        cause.RetryDelay ?? TimeSpan.FromSeconds(1),
        cause);

    private async Task RefuseUnusableAsync(StreamListensRequest message)
    {
        var violations = new FieldViolations();
        BatchRules.Check(message.Listens, message.Producer, violations);
        if (violations.Count == 0)
        {
            return;
        }

        acceptance.Screen(message.Listens).AddTo(violations);
        await CompleteAsync(CancellationToken.None);
        var where = $" (message {_batchCount:N0} of the stream; those before it are accepted)";
        throw RecSysException.InvalidArgument(
            [.. violations.Select((violation, i) => i == 0 ? violation with { Description = violation.Description + where } : violation)]);
    }

    private void Report(ScreenedEvents<Listen> screened)
    {
        _answer.Duplicate += screened.Duplicates;
        _answer.Deleted += screened.Deleted;
        _answer.RejectedCount += screened.Bad.Count;
        foreach (var bad in screened.Bad)
        {
            var room = MaxReportedFields - _answer.Rejected.Count;
            _answer.Rejected.AddRange(RejectedFields.Of(bad, _listenCount).Take(room));
        }
    }

    private readonly record struct UnconfirmedBatch(int ListenCount, Task<int> Confirmation);
}
