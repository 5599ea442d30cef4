using System.Diagnostics.CodeAnalysis;

namespace RecSys.Serving.Downstream;

/// <summary>What came back from a part of the system that can be missed.</summary>
internal readonly struct DownstreamAnswer<T>
    where T : class
{
    private DownstreamAnswer(T? value, string? cause) => (Value, Cause) = (value, cause);

    public T? Value { get; }

    /// <summary>Why there is no answer, for a person: a status such as <c>UNAVAILABLE</c>. Null when there is one.</summary>
    public string? Cause { get; }

    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Cause))]
    public bool IsThere => Value is not null;

    public static DownstreamAnswer<T> Of(T value) => new(value, null);

    public static DownstreamAnswer<T> Missing(string cause) => new(null, cause);
}
