using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace RecSys.Data.Bulk;

/// <summary>Compiles, from the EF model, what takes a column's database value out of a row.</summary>
internal static class RowGetter
{
    /// <summary>
    /// A lambda from the row to the value that the provider stores: checked, then converted as the model says; null
    /// stays null. Its return type is the provider's type, nullable when the property is.
    /// </summary>
    public static LambdaExpression Build(IProperty property)
    {
        var row = Expression.Parameter(property.DeclaringType.ClrType, "row");
        Expression value = Expression.Property(row, property.PropertyInfo!);
        if (Nullable.GetUnderlyingType(value.Type) is not null)
        {
            var converted = Convert(property, Expression.Property(value, "Value"));
            var nullable = typeof(Nullable<>).MakeGenericType(converted.Type);
            return Expression.Lambda(
                Expression.Condition(
                    Expression.Property(value, "HasValue"),
                    Expression.Convert(converted, nullable),
                    Expression.Default(nullable)),
                row);
        }

        if (property.IsNullable)
        {
            var converted = Convert(property, value);
            return Expression.Lambda(
                Expression.Condition(
                    Expression.Equal(value, Expression.Default(value.Type)),
                    Expression.Default(converted.Type),
                    converted),
                row);
        }

        return Expression.Lambda(Convert(property, value), row);
    }

    private static Expression Convert(IProperty property, Expression value)
    {
        value = Check(property, value);
        var converter = property.GetTypeMapping().Converter;
        if (converter is null)
        {
            return value;
        }

        var lambda = converter.ConvertToProviderExpression;
        return Expression.Invoke(lambda, value.Type == lambda.Parameters[0].Type ? value : Expression.Convert(value, lambda.Parameters[0].Type));
    }

    private static Expression Check(IProperty property, Expression value)
    {
        var check = value.Type switch
        {
            var type when type == typeof(string) => nameof(StorableValues.Text),
            var type when type == typeof(string[]) => nameof(StorableValues.Texts),
            var type when type == typeof(float) => nameof(StorableValues.Number),
            var type when type == typeof(float[]) => nameof(StorableValues.Numbers),
            _ => null,
        };
        return check is null
            ? value
            : Expression.Call(typeof(StorableValues), check, null, value, Expression.Constant(property.GetColumnName()));
    }
}
