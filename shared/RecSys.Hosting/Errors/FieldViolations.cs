using System.Globalization;
using System.Runtime.CompilerServices;
using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts;

namespace RecSys.Hosting.Errors;

/// <summary>One bad field of a request.</summary>
/// <param name="Field">Its path from the request's root, in the contract's spelling: <c>listens[3].user_id</c>.</param>
/// <param name="Description">What is wrong and what would be right, as a clause: <c>must not be empty</c>.</param>
public readonly record struct FieldViolation(string Field, string Description);

/// <summary>
/// Collects every bad field of a request, so that a caller can mend them all at once:
/// <code>
/// var violations = new FieldViolations();
/// violations.RequireId(request.UserId, "user_id");
/// violations.RequireRange(request.SlateSize, 1, 500, "slate_size");
/// violations.ThrowIfAny();
/// </code>
/// </summary>
public sealed class FieldViolations : List<FieldViolation>
{
    // The last second of the year 9999, the last that a timestamp may name.
    private const long MaxSeconds = 253_402_300_799;

    /// <summary>Adds a violation.</summary>
    public void Add(string field, string description) => Add(new FieldViolation(field, description));

    /// <summary>Adds a violation unless <paramref name="isValid"/>; returns <paramref name="isValid"/>.</summary>
    public bool Require(bool isValid, string field, string description)
    {
        if (!isValid)
        {
            Add(field, description);
        }

        return isValid;
    }

    /// <summary>The same, with a description that is put together only where it is needed.</summary>
    public bool Require(bool isValid, string field, [InterpolatedStringHandlerArgument(nameof(isValid))] ref ViolationText description)
    {
        if (!isValid)
        {
            Add(field, description.Take());
        }

        return isValid;
    }

    /// <summary>An id as a caller names it: see <see cref="IdText"/>.</summary>
    public bool RequireId(string value, string field) => RequireClean(IdText.ProblemOfId(value), field);

    /// <summary>
    /// An id as the system keeps it. A call between services may carry any that was ever stored, by whatever rule: only an empty
    /// one is refused, or one odd track would fail the answers of everybody.
    /// </summary>
    public bool RequireStoredId(string value, string field) => Require(value.Length > 0, field, "must not be empty");

    /// <summary>Text of at most <paramref name="maxLength"/> Unicode code points: see <see cref="IdText"/>.</summary>
    public bool RequireText(string value, string field, int maxLength, bool mayBeEmpty = true) =>
        RequireClean(value.Length == 0 && !mayBeEmpty ? "must not be empty" : IdText.ProblemOfText(value, maxLength), field);

    /// <summary>A list of at most <paramref name="maxCount"/> ids as a caller names them.</summary>
    public void RequireIds(IReadOnlyList<string> ids, int maxCount, string field)
    {
        if (RequireCount(ids, maxCount, field))
        {
            RequireEach(ids, field, static (id, found) => found.RequireId(id, ""));
        }
    }

    /// <summary>A list of at most <paramref name="maxCount"/> ids as the system keeps them.</summary>
    public void RequireStoredIds(IReadOnlyList<string> ids, int maxCount, string field)
    {
        if (RequireCount(ids, maxCount, field))
        {
            RequireEach(ids, field, static (id, found) => found.RequireStoredId(id, ""));
        }
    }

    /// <summary>A time from 1970-01-01 on.</summary>
    public bool RequireTime(Timestamp? time, string field) => Require(
        time is { Seconds: >= 0 and <= MaxSeconds, Nanos: >= 0 and < 1_000_000_000 }, field, "must be a time from 1970-01-01 on");

    /// <summary>A number from <paramref name="minimum"/> to <paramref name="maximum"/>, both allowed.</summary>
    public bool RequireRange(long value, long minimum, long maximum, string field) =>
        Require(value >= minimum && value <= maximum, field, $"must be from {minimum} to {maximum}, is {value}");

    /// <summary>A finite number from <paramref name="minimum"/> to <paramref name="maximum"/>, both allowed.</summary>
    public bool RequireRange(double value, double minimum, double maximum, string field) =>

        // False for NaN.
        Require(value >= minimum && value <= maximum, field, $"must be from {minimum} to {maximum}, is {value}");

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
                AddRange(found.Select(bad => new FieldViolation(
                    bad.Field.Length == 0 ? $"{field}[{i}]" : $"{field}[{i}].{bad.Field}", bad.Description)));
                found = [];
            }
        }
    }

    /// <summary>Does nothing when no field is bad.</summary>
    /// <exception cref="RecSysException">INVALID_ARGUMENT with every violation.</exception>
    public void ThrowIfAny()
    {
        if (Count > 0)
        {
            throw RecSysException.InvalidArgument(this);
        }
    }

    private bool RequireCount(IReadOnlyList<string> ids, int maxCount, string field) =>
        Require(ids.Count <= maxCount, field, $"must hold at most {maxCount} ids, holds {ids.Count}");

    private bool RequireClean(string? problem, string field) => Require(problem is null, field, problem ?? "");
}

/// <summary>
/// The description of a violation as an interpolated string that costs nothing where there is no violation: almost every field is good,
/// and a stream has hundreds of thousands of them a second. Numbers are written in the invariant culture.
/// </summary>
[InterpolatedStringHandler]
public ref struct ViolationText
{
    private DefaultInterpolatedStringHandler _text;

    /// <summary>Called by the compiler.</summary>
    public ViolationText(int literalLength, int formattedCount, bool isValid, out bool isNeeded)
    {
        isNeeded = !isValid;
        _text = isNeeded ? new(literalLength, formattedCount, CultureInfo.InvariantCulture) : default;
    }

    /// <summary>Called by the compiler.</summary>
    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    /// <summary>Called by the compiler.</summary>
    public void AppendFormatted<T>(T value, string? format = null) => _text.AppendFormatted(value, format);

    internal string Take() => _text.ToStringAndClear();
}
