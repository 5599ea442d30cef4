using System.Collections;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace RecSys.Hosting.Errors;

/// <summary>
/// Collects every bad field of a request, so that a caller can mend them all at once:
/// <code>
/// var violations = new FieldViolations();
/// violations.RequireId(request.UserId, "user_id");
/// violations.RequireRange(request.SlateSize, 1, 500, "slate_size");
/// violations.ThrowIfAny();
/// </code>
/// </summary>
public sealed class FieldViolations : IReadOnlyList<FieldViolation>
{
    /// <summary>The longest id, in UTF-16 code units.</summary>
    public const int MaxIdLength = 256;

    // The last second of the year 9999, the last that a timestamp may name.
    private const long MaxSeconds = 253_402_300_799;

    private readonly List<FieldViolation> _violations = [];

    /// <inheritdoc/>
    public int Count => _violations.Count;

    /// <inheritdoc/>
    public FieldViolation this[int index] => _violations[index];

    /// <summary>Adds a violation.</summary>
    public void Add(string field, string description) => _violations.Add(new(field, description));

    /// <summary>Adds a violation unless <paramref name="isValid"/>; returns <paramref name="isValid"/>.</summary>
    public bool Require(bool isValid, string field, string description)
    {
        if (!isValid)
        {
            Add(field, description);
        }

        return isValid;
    }

    /// <summary>An id: 1 to <see cref="MaxIdLength"/> characters of valid text, no control characters.</summary>
    public bool RequireId(string value, string field) => RequireText(value, field, MaxIdLength, mayBeEmpty: false);

    /// <summary>
    /// Text of at most <paramref name="maxLength"/> UTF-16 code units without control characters. Half a surrogate pair
    /// and U+FFFD are refused: the latter is what bytes that aren't UTF-8 turn into when a message is read.
    /// </summary>
    public bool RequireText(string value, string field, int maxLength, bool mayBeEmpty = true)
    {
        if (value.Length == 0)
        {
            return Require(mayBeEmpty, field, "must not be empty");
        }

        if (value.Length > maxLength)
        {
            Add(field, $"must have at most {maxLength} characters, has {value.Length}");
            return false;
        }

        var problem = TextProblem(value);
        return Require(problem is null, field, problem ?? "");
    }

    /// <summary>A list of at most <paramref name="maxCount"/> ids.</summary>
    public void RequireIds(IReadOnlyList<string> ids, int maxCount, string field)
    {
        if (Require(ids.Count <= maxCount, field, $"must hold at most {maxCount} ids, holds {ids.Count}"))
        {
            RequireEach(ids, field, static (id, found) => found.RequireId(id, ""));
        }
    }

    /// <summary>A time from 1970-01-01 on.</summary>
    public bool RequireTime(Timestamp? time, string field) => Require(
        time is { Seconds: >= 0 and <= MaxSeconds, Nanos: >= 0 and < 1_000_000_000 }, field, "must be a time from 1970-01-01 on");

    /// <summary>A number from <paramref name="minimum"/> to <paramref name="maximum"/>, both allowed.</summary>
    public bool RequireRange(long value, long minimum, long maximum, string field)
    {
        var isValid = value >= minimum && value <= maximum;
        return Require(isValid, field, isValid ? "" : $"must be from {minimum} to {maximum}, is {value}");
    }

    /// <summary>A finite number from <paramref name="minimum"/> to <paramref name="maximum"/>, both allowed.</summary>
    public bool RequireRange(double value, double minimum, double maximum, string field)
    {
        var isValid = value >= minimum && value <= maximum; // false for NaN
        return Require(
            isValid, field, isValid ? "" : string.Create(CultureInfo.InvariantCulture, $"must be from {minimum} to {maximum}, is {value}"));
    }

    /// <summary>
    /// Checks the elements of a list. What <paramref name="rules"/> add for one of them stands under its place, such as
    /// <c>history[3].track_id</c>; almost every request is good and may hold thousands, so names are put together for bad ones only.
    /// </summary>
    /// <param name="elements">The list.</param>
    /// <param name="field">Its field.</param>
    /// <param name="rules">Given an element, and what takes its bad fields; an empty name stands for the element itself.</param>
    public void RequireEach<T>(IReadOnlyList<T> elements, string field, Action<T, FieldViolations> rules)
    {
        var found = new FieldViolations();
        for (var i = 0; i < elements.Count; i++)
        {
            rules(elements[i], found);
            if (found.Count > 0)
            {
                _violations.AddRange(found.Select(bad => new FieldViolation(
                    bad.Field.Length == 0 ? $"{field}[{i}]" : $"{field}[{i}].{bad.Field}", bad.Description)));
                found = [];
            }
        }
    }

    /// <summary>Does nothing when no field is bad.</summary>
    /// <exception cref="RecSysException">INVALID_ARGUMENT with every violation.</exception>
    public void ThrowIfAny()
    {
        if (_violations.Count > 0)
        {
            throw RecSysException.InvalidArgument([.. _violations]);
        }
    }

    /// <inheritdoc/>
    public IEnumerator<FieldViolation> GetEnumerator() => _violations.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static string? TextProblem(string value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (char.IsControl(c))
            {
                return $"must not contain control characters, has U+{(int)c:X4} at position {i}";
            }

            if (c == '\uFFFD')
            {
                return $"must be valid UTF-8, has U+FFFD at position {i}";
            }

            if (!char.IsSurrogate(c))
            {
                continue;
            }

            if (i + 1 == value.Length || !char.IsSurrogatePair(c, value[i + 1]))
            {
                return $"must be valid Unicode, has half a surrogate pair at position {i}";
            }

            i++;
        }

        return null;
    }
}
