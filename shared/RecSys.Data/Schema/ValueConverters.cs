using System.Text.Json;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using RecSys.Algorithms;

namespace RecSys.Data.Schema;

/// <summary>Postgres: timestamptz takes UTC only and keeps microseconds.</summary>
internal sealed class UtcMicrosecondConverter() : ValueConverter<DateTimeOffset, DateTimeOffset>(
    time => UnixMicroseconds.Truncate(time),
    stored => stored);

/// <summary>SQLite has no time type; whole microseconds since 1970 sort and compare as times do.</summary>
internal sealed class UnixMicrosecondConverter() : ValueConverter<DateTimeOffset, long>(
    time => UnixMicroseconds.From(time),
    stored => UnixMicroseconds.ToTime(stored));

internal sealed class MillisecondConverter() : ValueConverter<TimeSpan, long>(
    span => (long)span.TotalMilliseconds,
    stored => TimeSpan.FromMilliseconds(stored));

internal sealed class JsonDictionaryConverter<TValue>() : ValueConverter<IReadOnlyDictionary<string, TValue>, string>(
    values => JsonSerializer.Serialize(values, JsonSerializerOptions.Default),
    stored => JsonSerializer.Deserialize<Dictionary<string, TValue>>(stored, JsonSerializerOptions.Default)!);

internal sealed class DictionaryComparer<TValue>() : ValueComparer<IReadOnlyDictionary<string, TValue>>(
    (left, right) => ReferenceEquals(left, right),
    values => values.Count,
    values => values);
