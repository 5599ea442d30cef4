using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace RecSys.Data.Bulk;

/// <summary>Writes one column of a row into a binary COPY, without boxing.</summary>
internal abstract class PostgresColumn<TRow>
{
    public static PostgresColumn<TRow> Create(IProperty property)
    {
        var getter = RowGetter.Build(property);
        var underlying = Nullable.GetUnderlyingType(getter.ReturnType);
        var method = underlying is null ? nameof(CreatePlain) : nameof(CreateNullable);
        return (PostgresColumn<TRow>)typeof(PostgresColumn<TRow>)
            .GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(underlying ?? getter.ReturnType)
            .Invoke(null, [getter.Compile(), property.GetRelationalTypeMapping().StoreType])!;
    }

    public abstract Task WriteAsync(NpgsqlBinaryImporter importer, TRow row, CancellationToken cancellationToken);

    private static Plain<TValue> CreatePlain<TValue>(Func<TRow, TValue> getter, string storeType) => new(getter, storeType);

    private static NullableValue<TValue> CreateNullable<TValue>(Func<TRow, TValue?> getter, string storeType)
        where TValue : struct => new(getter, storeType);

    private sealed class Plain<TValue>(Func<TRow, TValue> getter, string storeType) : PostgresColumn<TRow>
    {
        public override Task WriteAsync(NpgsqlBinaryImporter importer, TRow row, CancellationToken cancellationToken)
        {
            var value = getter(row);
            return value is null ? importer.WriteNullAsync(cancellationToken) : importer.WriteAsync(value, storeType, cancellationToken);
        }
    }

    private sealed class NullableValue<TValue>(Func<TRow, TValue?> getter, string storeType) : PostgresColumn<TRow>
        where TValue : struct
    {
        public override Task WriteAsync(NpgsqlBinaryImporter importer, TRow row, CancellationToken cancellationToken)
        {
            var value = getter(row);
            return value.HasValue
                ? importer.WriteAsync(value.Value, storeType, cancellationToken)
                : importer.WriteNullAsync(cancellationToken);
        }
    }
}
