using RecSys.Data.Schema;

namespace RecSys.Data.Bulk;

/// <summary>
/// Writes many rows fast: binary COPY on Postgres, a prepared insert on SQLite. Columns and conversions come
/// from the EF model. All take part in the transaction that the context has open.
/// </summary>
internal interface IBulkWriter
{
    /// <summary>Inserts rows, read one by one from <paramref name="rows"/>; fails on a row that is there already.</summary>
    /// <returns>The number of rows.</returns>
    /// <exception cref="ArgumentException">A text or number that the databases can't keep.</exception>
    Task<long> InsertAsync<TRow>(RecSysDbContext context, IEnumerable<TRow> rows, CancellationToken cancellationToken)
        where TRow : class;

    /// <summary>Inserts those rows whose key is not there yet; of rows with the same key the first.</summary>
    /// <returns>The number of rows that were new.</returns>
    Task<long> InsertNewAsync<TRow>(RecSysDbContext context, IEnumerable<TRow> rows, CancellationToken cancellationToken)
        where TRow : class;

    /// <summary>
    /// Inserts rows or replaces those with the same key. Every key comes at most once, in ascending order: two writers
    /// that lock the same rows in another order could block each other.
    /// </summary>
    /// <returns>The number of rows that were created or changed.</returns>
    Task<long> UpsertAsync<TRow>(RecSysDbContext context, IEnumerable<TRow> rows, CancellationToken cancellationToken)
        where TRow : class;
}
