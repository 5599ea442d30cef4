using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Errors;

namespace RecSys.Hosting;

/// <summary>
/// What a listen must be like to be taken, by whatever way it comes: gRPC, HTTP, the bus or a file. No clock is asked: the time is
/// judged by when the listen arrived, so that whoever judges it again, however much later, comes to the same end.
/// </summary>
public static class ListenRules
{
    /// <summary>Most plays that one record may stand for.</summary>
    public const uint MaxPlayCount = 10_000_000;

    /// <summary>Longest artist, title or album, in Unicode code points.</summary>
    public const int MaxNameLength = 1_000;

    /// <summary>How far a listen may begin after its arrival: producers' clocks are not exact.</summary>
    public static readonly TimeSpan MaxClockLead = TimeSpan.FromMinutes(10);

    /// <summary>The longest track, and the longest play of one: a day, which also holds the longest mix.</summary>
    private static readonly TimeSpan MaxLength = TimeSpan.FromDays(1);

    /// <summary>The day on which listens began to be recorded anywhere; what is said to be older has lost its time.</summary>
    public static readonly DateTimeOffset EarliestTime = new(2002, 10, 1, 0, 0, 0, TimeSpan.Zero);

    private const int MaxNanoseconds = 999_999_999;

    private static readonly long EarliestSeconds = EarliestTime.ToUnixTimeSeconds();

    /// <summary>Adds one violation for every bad field of <paramref name="listen"/>; adds nothing when it is good.</summary>
    /// <param name="listen">The listen.</param>
    /// <param name="arrivedAt">When it came in.</param>
    /// <param name="violations">Receives the bad fields. What they say stays the same whenever the listen is judged.</param>
    public static void Check(Listen listen, DateTimeOffset arrivedAt, FieldViolations violations)
    {
        violations.RequireId(listen.UserId, "user_id");
        CheckTrack(listen, violations);
        CheckTime(listen.ListenTime, arrivedAt, "listen_time", "listen", "the play began", violations);
        if (listen.HasPlayedShare)
        {
            violations.RequireRange(listen.PlayedShare, 0, 1, "played_share");
        }

        violations.RequireRange(listen.PlayCount, 0, MaxPlayCount, "play_count");
        violations.RequireText(listen.EventId, "event_id", IdText.MaxLength);
        violations.Require(
            listen.PlayedDuration is not { } played || IsLength(played), "played_duration", "must be from 0 to a day, or unset when unknown");
        violations.Require(
            listen.TrackLength is not { } length || IsTrackLength(length),
            "track_length",
            "must be more than 0 and at most a day, or unset when unknown");
    }

    /// <summary>The time by which a batch's listens, or other events, are judged.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="receivedAt">When its message came in, for producers that don't say when they accepted it.</param>
    public static DateTimeOffset ArrivalOf<TEvent>(IEventBatch<TEvent> batch, DateTimeOffset receivedAt)
        where TEvent : class, IMessage<TEvent>, new()
    {
        var violations = new FieldViolations();
        return batch.AcceptTime is { } accepted && violations.RequireTime(accepted, "accept_time") ? accepted.ToDateTimeOffset() : receivedAt;
    }

    /// <summary>Whether a duration is one that a track may have: more than 0 and at most a day.</summary>
    public static bool IsTrackLength(Duration duration) => IsLength(duration) && duration is not { Seconds: 0, Nanos: 0 };

    private static void CheckTrack(Listen listen, FieldViolations violations)
    {
        const string Artist = "artist";
        const string Title = "title";
        var hasNames = listen.Artist.Length > 0 || listen.Title.Length > 0;
        if (listen.TrackId.Length > 0)
        {
            violations.RequireId(listen.TrackId, "track_id");
        }
        else if (!hasNames)
        {
            violations.Add("track_id", "must not be empty, unless artist and title are given");
        }
        else
        {
            const string Needed = "must not be empty: without a track_id, artist and title are needed together";
            violations.Require(!string.IsNullOrWhiteSpace(listen.Artist), Artist, Needed);
            violations.Require(!string.IsNullOrWhiteSpace(listen.Title), Title, Needed);
        }

        violations.RequireText(listen.Artist, Artist, MaxNameLength);
        violations.RequireText(listen.Title, Title, MaxNameLength);
        violations.RequireText(listen.Album, "album", MaxNameLength);
    }

    /// <summary>The same for the time of a listen or another event.</summary>
    /// <param name="time">The event's own time.</param>
    /// <param name="arrivedAt">When it came in.</param>
    /// <param name="field">Its field.</param>
    /// <param name="name">What the event is called, such as <c>listen</c>.</param>
    /// <param name="meaning">What the time says, such as <c>the play began</c>.</param>
    /// <param name="violations">Receives what is wrong with it.</param>
    internal static void CheckTime(Timestamp? time, DateTimeOffset arrivedAt, string field, string name, string meaning, FieldViolations violations)
    {
        if (time is null)
        {
            violations.Add(field, $"must be set to when {meaning}");
            return;
        }

        violations.Require(
            time.Nanos is >= 0 and <= MaxNanoseconds, field, $"must have 0 to {MaxNanoseconds} nanoseconds, has {time.Nanos}");
        violations.Require(
            time.Seconds >= EarliestSeconds,
            field,
            $"must not be before {EarliestTime:yyyy-MM-dd}, is {time.Seconds} seconds after 1970; is the producer's unit seconds?");

        // Compared in whole seconds: the year 200,000 overflows every other type.
        violations.Require(
            time.Seconds <= arrivedAt.ToUnixTimeSeconds() + (long)MaxClockLead.TotalSeconds,
            field,
            $"must not be more than {MaxClockLead.TotalMinutes:0} minutes after the {name} arrived, is {time.Seconds} seconds after 1970; is the producer's clock right, and its unit seconds?");
    }

    // Whole seconds first: a value beyond what a TimeSpan holds must be refused, not thrown at.
    private static bool IsLength(Duration duration) =>
        duration.Seconds >= 0 && duration.Seconds <= MaxLength.TotalSeconds
        && duration.Nanos is >= 0 and <= MaxNanoseconds
        && duration.ToTimeSpan() <= MaxLength;
}

/// <summary>What makes two listens the same one: user, track and time. A track that has no id is known by its names.</summary>
public readonly record struct ListenIdentity
{
    private const int NanosecondsPerMicrosecond = 1_000;
    private const long MicrosecondsPerSecond = 1_000_000;

    private readonly string _userId;
    private readonly string _track;
    private readonly long _microseconds;

    /// <param name="listen">A listen that keeps the rules.</param>
    public ListenIdentity(Listen listen)
    {
        _userId = listen.UserId;
        _track = listen.TrackId.Length > 0 ? listen.TrackId : TrackNameKey.Of(listen.Artist, listen.Title) ?? "";
        _microseconds = MicrosecondsOf(listen.ListenTime);
    }

    /// <summary>The time of a good listen in microseconds after 1970, as the stores keep it: times that differ below that are the same there.</summary>
    public static long MicrosecondsOf(Timestamp listenTime) => (listenTime.Seconds * MicrosecondsPerSecond) + (listenTime.Nanos / NanosecondsPerMicrosecond);
}
