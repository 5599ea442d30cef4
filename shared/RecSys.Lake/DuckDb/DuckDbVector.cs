using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using RecSys.Lake.DuckDb.Native;

namespace RecSys.Lake.DuckDb;

/// <summary>
/// One column of a chunk. Values lie in an array of their type; a bit per row in the validity mask says whether it is set
/// (no mask: all are). A VARCHAR is 16 bytes: length, then up to 12 bytes in place, else 4 bytes of prefix and a pointer.
/// A LIST is an (offset, length) pair into its child vector.
/// </summary>
internal readonly unsafe ref struct DuckDbVector
{
    private const int InlinedBytes = 12;

    private readonly nint _vector;
    private readonly void* _data;
    private readonly ulong* _validity;
    private readonly int _rowCount;

    internal DuckDbVector(nint vector, int rowCount)
    {
        _vector = vector;
        _rowCount = rowCount;
        _data = NativeMethods.duckdb_vector_get_data(vector);
        _validity = NativeMethods.duckdb_vector_get_validity(vector);
    }

    /// <summary>How the values lie in memory.</summary>
    public DuckDbType Type
    {
        get
        {
            var type = NativeMethods.duckdb_vector_get_column_type(_vector);
            var id = NativeMethods.duckdb_get_type_id(type);
            NativeMethods.duckdb_destroy_logical_type(ref type);
            return id;
        }
    }

    public bool IsNull(int row) => _validity != null && (_validity[row >> 6] & (1UL << (row & 63))) == 0;

    /// <summary>The values of a column of fixed width; those of NULL rows mean nothing.</summary>
    public ReadOnlySpan<T> Values<T>()
        where T : unmanaged
    {
        Debug.Assert(WidthOf(Type) == sizeof(T), $"A column of type {Type} is not made of {typeof(T).Name}.");
        return new ReadOnlySpan<T>(_data, _rowCount);
    }

    /// <summary>The bytes of a VARCHAR, valid UTF-8.</summary>
    public ReadOnlySpan<byte> Utf8(int row)
    {
        Debug.Assert((uint)row < (uint)_rowCount);
        var text = (byte*)_data + (16L * row);
        var length = *(int*)text;
        return new ReadOnlySpan<byte>(length <= InlinedBytes ? text + 4 : *(byte**)(text + 8), length);
    }

    /// <summary>A VARCHAR; null for NULL.</summary>
    public string? Text(int row) => IsNull(row) ? null : Encoding.UTF8.GetString(Utf8(row));

    /// <summary>Where the values of a LIST lie in <see cref="Child"/>.</summary>
    public Range ListRange(int row)
    {
        Debug.Assert((uint)row < (uint)_rowCount);
        var entry = (ulong*)_data + (2L * row);
        return (int)entry[0]..(int)(entry[0] + entry[1]);
    }

    /// <summary>The values of all lists of a LIST column.</summary>
    public DuckDbVector Child() =>
        new(NativeMethods.duckdb_list_vector_get_child(_vector), (int)NativeMethods.duckdb_list_vector_get_size(_vector));

    /// <summary>A field of a STRUCT column, by its position.</summary>
    public DuckDbVector Field(int field) => new(NativeMethods.duckdb_struct_vector_get_child(_vector, (ulong)field), _rowCount);

    /// <summary>A LIST of VARCHAR without its NULLs; empty for NULL.</summary>
    public string[] TextList(int row)
    {
        if (IsNull(row))
        {
            return [];
        }

        var child = Child();
        var (start, length) = ListRange(row).GetOffsetAndLength(child._rowCount);
        var texts = new List<string>(length);
        for (var i = start; i < start + length; i++)
        {
            if (child.Text(i) is { } text)
            {
                texts.Add(text);
            }
        }

        return texts.ToArray();
    }

    private static int WidthOf(DuckDbType type) => type switch
    {
        DuckDbType.Boolean or DuckDbType.TinyInt or DuckDbType.UTinyInt => 1,
        DuckDbType.SmallInt or DuckDbType.USmallInt => 2,
        DuckDbType.Integer or DuckDbType.UInteger or DuckDbType.Float or DuckDbType.Date => 4,
        DuckDbType.HugeInt or DuckDbType.UHugeInt or DuckDbType.Uuid or DuckDbType.Interval => 16,
        DuckDbType.BigInt or DuckDbType.UBigInt or DuckDbType.Double or DuckDbType.Time or DuckDbType.TimeTz or DuckDbType.Timestamp
            or DuckDbType.TimestampTz or DuckDbType.TimestampSeconds or DuckDbType.TimestampMilliseconds
            or DuckDbType.TimestampNanoseconds => 8,
        _ => 0,
    };
}
