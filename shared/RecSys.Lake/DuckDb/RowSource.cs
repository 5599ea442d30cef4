using System.Collections.Concurrent;

namespace RecSys.Lake.DuckDb;

/// <summary>
/// Rows of this program that a query reads with <see cref="Sql"/>, a block at a time and by several threads of the engine: nothing
/// is gathered in between. Blocks come in any order, the rows of a block stay in theirs.
/// </summary>
/// <param name="columns">Names and types of the columns; of fixed width, or VARCHAR.</param>
internal abstract class RowSource(IReadOnlyList<(string Name, DuckDbType Type)> columns) : IDisposable
{
    private static readonly ConcurrentDictionary<long, RowSource> Known = new();
    private static long _lastId;

    private long _id;

    public IReadOnlyList<(string Name, DuckDbType Type)> Columns { get; } = columns;

    /// <summary>Why the rows ended early: the engine only knows that they did.</summary>
    public Exception? Failure { get; internal set; }

    /// <summary>The rows, as a query's FROM names them.</summary>
    public string Sql
    {
        get
        {
            if (_id == 0)
            {
                _id = Interlocked.Increment(ref _lastId);
                Known[_id] = this;
            }

            return $"{RowFunction.Name}({_id})";
        }
    }

    /// <summary>The next rows, called by several threads at once; null when there are no more.</summary>
    public abstract RowBlock? NextBlock();

    public virtual void Dispose() => Known.TryRemove(_id, out _);

    internal static RowSource? Find(long id) => Known.GetValueOrDefault(id);
}

/// <summary>Some rows of a <see cref="RowSource"/>, read by one thread.</summary>
internal abstract class RowBlock
{
    public abstract int RowCount { get; }

    /// <summary>Writes rows <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> - 1 as the first ones of the chunk.</summary>
    public abstract void Write(RowChunk chunk, int first, int count);
}
