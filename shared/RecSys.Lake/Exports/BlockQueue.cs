using System.Collections.Concurrent;
using RecSys.Lake.DuckDb;

namespace RecSys.Lake.Exports;

/// <summary>
/// Hands blocks that are made on one side to the engine's threads on the other; a few wait in between, so that neither side
/// waits for the other for long and memory stays the same however many there are.
/// </summary>
internal sealed class BlockQueue : RowSource
{
    private readonly BlockingCollection<RowBlock> _blocks = new(boundedCapacity: 2 * Environment.ProcessorCount);
    private readonly CancellationTokenSource _stop;

    public BlockQueue(IReadOnlyList<(string Name, DuckDbType Type)> columns, CancellationToken cancellationToken)
        : base(columns) => _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

    /// <summary>Takes all blocks in; completes when the engine has the last one. What goes wrong here ends the query, too.</summary>
    public async Task FillAsync(IAsyncEnumerable<RowBlock> blocks)
    {
        try
        {
            await foreach (var block in blocks.WithCancellation(_stop.Token).ConfigureAwait(false))
            {
                _blocks.Add(block, _stop.Token);
            }
        }
        catch (Exception exception)
        {
            Failure ??= exception;
        }
        finally
        {
            _blocks.CompleteAdding();
        }
    }

    /// <summary>Ends the filling: nobody takes blocks any more.</summary>
    public void Stop() => _stop.Cancel();

    public override RowBlock? NextBlock()
    {
        var isThere = _blocks.TryTake(out var block, Timeout.Infinite, _stop.Token);
        return Failure is null ? isThere ? block : null : throw new InvalidOperationException("The rows ended early.");
    }

    public override void Dispose()
    {
        base.Dispose();
        _blocks.Dispose();
        _stop.Dispose();
    }
}
