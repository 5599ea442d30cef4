using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace RecSys.Data.Bulk;

/// <summary>A table and its columns as the EF model maps them.</summary>
internal sealed class BulkTable
{
    private BulkTable(string name, IReadOnlyList<IProperty> properties, IReadOnlyList<string> keyColumns)
    {
        Name = name;
        Properties = properties;
        Columns = [.. properties.Select(property => Quote(property.GetColumnName()))];
        KeyColumns = [.. keyColumns.Select(Quote)];
        ValueColumns = [.. Columns.Except(KeyColumns)];
    }

    /// <summary>Quoted name of the table.</summary>
    public string Name { get; }

    public IReadOnlyList<IProperty> Properties { get; }

    /// <summary>Quoted column names, in the order of <see cref="Properties"/>.</summary>
    public IReadOnlyList<string> Columns { get; }

    public IReadOnlyList<string> KeyColumns { get; }

    /// <summary>Columns that are not part of the key.</summary>
    public IReadOnlyList<string> ValueColumns { get; }

    public string ColumnList => string.Join(", ", Columns);

    public static BulkTable Of<TRow>(DbContext context)
    {
        var entity = context.Model.FindEntityType(typeof(TRow))
            ?? throw new ArgumentException($"{typeof(TRow).Name} is not a table of the model.", nameof(context));
        var shadow = entity.GetProperties().FirstOrDefault(property => property.IsShadowProperty());
        if (shadow is not null)
        {
            throw new ArgumentException($"{typeof(TRow).Name} has no member for column {shadow.GetColumnName()}.", nameof(context));
        }

        return new BulkTable(
            Quote(entity.GetTableName()!),
            [.. entity.GetProperties()],
            [.. entity.FindPrimaryKey()!.Properties.Select(property => property.GetColumnName())]);
    }

    /// <summary>
    /// What follows an INSERT so that a row whose key is there replaces the stored one, unless it is the same.
    /// <c>IS DISTINCT FROM</c> is spelled alike on both databases.
    /// </summary>
    public string OnConflictUpdate() =>
        $" ON CONFLICT ({string.Join(", ", KeyColumns)}) DO UPDATE SET "
        + string.Join(", ", ValueColumns.Select(column => $"{column} = excluded.{column}"))
        + " WHERE " + string.Join(" OR ", ValueColumns.Select(column => $"{Name}.{column} IS DISTINCT FROM excluded.{column}"));

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
