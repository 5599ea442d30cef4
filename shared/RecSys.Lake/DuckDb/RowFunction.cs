using System.Runtime.InteropServices;
using RecSys.Lake.DuckDb.Native;

namespace RecSys.Lake.DuckDb;

/// <summary>The table function by which queries read a <see cref="RowSource"/>.</summary>
internal static unsafe class RowFunction
{
    public const string Name = "program_rows";

    private static readonly int Capacity = (int)NativeMethods.duckdb_vector_size();

    /// <summary>Makes the function known to all connections of a database.</summary>
    public static void Register(ConnectionHandle connection)
    {
        var function = TableFunctionMethods.duckdb_create_table_function();
        var id = TableFunctionMethods.duckdb_create_logical_type(DuckDbType.BigInt);
        try
        {
            TableFunctionMethods.duckdb_table_function_set_name(function, Name);
            TableFunctionMethods.duckdb_table_function_add_parameter(function, id);
            TableFunctionMethods.duckdb_table_function_set_bind(function, &Bind);
            TableFunctionMethods.duckdb_table_function_set_init(function, &Begin);
            TableFunctionMethods.duckdb_table_function_set_local_init(function, &BeginThread);
            TableFunctionMethods.duckdb_table_function_set_function(function, &Fill);
            if (TableFunctionMethods.duckdb_register_table_function(connection, function) != 0)
            {
                throw new DuckDbException($"DuckDB does not take the table function {Name}.");
            }
        }
        finally
        {
            NativeMethods.duckdb_destroy_logical_type(ref id);
            TableFunctionMethods.duckdb_destroy_table_function(ref function);
        }
    }

    [UnmanagedCallersOnly]
    private static void Bind(nint info)
    {
        var value = TableFunctionMethods.duckdb_bind_get_parameter(info, 0);
        var id = TableFunctionMethods.duckdb_get_int64(value);
        TableFunctionMethods.duckdb_destroy_value(ref value);
        if (RowSource.Find(id) is not { } source)
        {
            TableFunctionMethods.duckdb_bind_set_error(info, $"There are no rows {id}.");
            return;
        }

        foreach (var (name, columnType) in source.Columns)
        {
            var type = TableFunctionMethods.duckdb_create_logical_type(columnType);
            TableFunctionMethods.duckdb_bind_add_result_column(info, name, type);
            NativeMethods.duckdb_destroy_logical_type(ref type);
        }

        // The id itself, which nobody has to release.
        TableFunctionMethods.duckdb_bind_set_bind_data(info, (nint)id, null);
    }

    [UnmanagedCallersOnly]
    private static void Begin(nint info) => TableFunctionMethods.duckdb_init_set_max_threads(info, (ulong)Environment.ProcessorCount);

    [UnmanagedCallersOnly]
    private static void BeginThread(nint info)
    {
        var reader = new Reader(RowSource.Find(TableFunctionMethods.duckdb_init_get_bind_data(info)));
        TableFunctionMethods.duckdb_init_set_init_data(info, GCHandle.ToIntPtr(GCHandle.Alloc(reader)), &EndThread);
    }

    [UnmanagedCallersOnly]
    private static void EndThread(nint reader) => GCHandle.FromIntPtr(reader).Free();

    [UnmanagedCallersOnly]
    private static void Fill(nint info, nint chunk)
    {
        var reader = (Reader)GCHandle.FromIntPtr(TableFunctionMethods.duckdb_function_get_local_init_data(info)).Target!;
        try
        {
            TableFunctionMethods.duckdb_data_chunk_set_size(chunk, (ulong)reader.Read(new RowChunk(chunk, Capacity)));
        }
        catch (Exception exception)
        {
            // It must not leave managed code here; whoever runs the query throws it.
            reader.Fail(exception);
            TableFunctionMethods.duckdb_function_set_error(info, exception.Message);
        }
    }

    /// <summary>One thread's place in the rows.</summary>
    private sealed class Reader(RowSource? source)
    {
        private RowBlock? _block;
        private int _next;

        public int Read(RowChunk chunk)
        {
            while (_block is null || _next == _block.RowCount)
            {
                _block = source?.NextBlock();
                _next = 0;
                if (_block is null)
                {
                    return 0;
                }
            }

            var count = Math.Min(Capacity, _block.RowCount - _next);
            _block.Write(chunk, _next, count);
            _next += count;
            return count;
        }

        public void Fail(Exception exception)
        {
            if (source is not null)
            {
                source.Failure ??= exception;
            }
        }
    }
}
