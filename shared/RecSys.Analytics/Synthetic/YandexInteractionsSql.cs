using System.Globalization;
using RecSys.Lake;

namespace RecSys.Analytics.Synthetic;

/// <summary>
/// The SQL that draws listens. Every draw is a hash of who and which, so that a row does not depend on any other and rows can
/// be computed as a stream by any number of threads. A user's listens are numbered in the order of time, sixteen to a block,
/// each block three sessions.
/// </summary>
internal sealed class YandexInteractionsSql(YandexLogOptions options, YandexCatalogue catalogue)
{
    public const int FirstUnknownTrackId = 2_000_000_000;

    // Popularity of rank r in a scene is 1 / (r + 6), that of scenes 1 / (r + 8): ranks from uniform u by the inverse sum.
    private const int TrackRankOffset = 6;
    private const int SceneRankOffset = 8;

    // Listens a user has are log-normal with this deviation, cut off at a hundred times the mean; this share has 1 to 3.
    private const string ActivityDeviation = "1.35";
    private const string ActivityCut = "5.5";
    private const string ColdShare = "0.03";

    // Three users of ten are there on the first day, the others join until 85 % of the days are over.
    private const string FirstDayShare = "0.3";
    private const string JoiningShare = "0.85";

    /// <summary>
    /// Functions for all statements: <c>unit</c> takes 16 bits of a hash as a number from 0 to below 1; <c>ranked</c> makes a
    /// rank below n of it; <c>of_day</c> maps 0 to 1 to the hours of a day, none in the night and most in the evening;
    /// the longest session that begins last still ends on its day.
    /// </summary>
    public static IReadOnlyList<string> Macros { get; } =
    [
        "CREATE TEMP MACRO bits(h, shift, mask) AS ((h >> shift) & mask)::BIGINT",
        "CREATE TEMP MACRO unit(h, shift) AS ((h >> shift) & 65535)::DOUBLE / 65536",
        "CREATE TEMP MACRO ranked(u, n, rank_offset) AS least(n - 1, floor(rank_offset * (exp(u * ln((n + rank_offset) / rank_offset)) - 1))::INTEGER)",
        """
        CREATE TEMP MACRO of_day(f) AS CASE
            WHEN f < 0.15 THEN 5.5 + f / 0.15 * 3.5
            WHEN f < 0.45 THEN 9 + (f - 0.15) / 0.3 * 6
            WHEN f < 0.8 THEN 15 + (f - 0.45) / 0.35 * 5.5
            ELSE 20.5 + (f - 0.8) / 0.2 * 2.3 END
        """,
    ];

    /// <summary>Tracks that are heard, in the order of scene and popularity, with the run of their artist's tracks.</summary>
    public static string Positions =>
        """
        CREATE TEMP TABLE positions AS
        SELECT row_number() OVER (ORDER BY scene, weight DESC, track)::INTEGER - 1 AS position, track, artist_first, artist_size, scene AS track_scene
        FROM tracks WHERE is_heard
        """;

    public static string Scenes =>
        "CREATE TEMP TABLE scenes AS SELECT track_scene AS scene, min(position)::INTEGER AS scene_first, count(*)::INTEGER AS scene_size FROM positions GROUP BY scene";

    /// <summary>
    /// The users with the number of their listens (n), which add up to what was asked for, the days they are there, and the
    /// three scenes they like. Sums are of whole numbers, so that their order does not matter.
    /// </summary>
    public string Users(string table) => Text(
        $"""
        CREATE TEMP TABLE {table} AS
        WITH drawn AS (
            SELECT range::INTEGER AS user, hash(range, {Salt(0)}) AS h, hash(range, {Salt(1)}) AS h2 FROM range({options.UserCount})
        ), placed AS (
            SELECT *,
                CASE WHEN unit(h, 40) < {FirstDayShare} THEN 0 ELSE floor({options.Days} * {JoiningShare} * unit(h2, 0)) END::INTEGER AS first_day,
                sqrt(-2 * ln((1 + bits(h, 0, 16777215))::DOUBLE / 16777217)) * cos(2 * pi() * unit(h, 24)) AS normal
            FROM drawn
        ), weighed AS (
            SELECT *,
                unit(h, 48) < {ColdShare} AS is_cold,
                CASE WHEN unit(h, 48) < {ColdShare} THEN 0
                    ELSE (1000 * (0.3 + 0.7 * ({options.Days} - first_day) / {options.Days}) * exp(least({ActivityDeviation} * normal, {ActivityCut})))::BIGINT
                END AS weight
            FROM placed
        ), based AS (
            SELECT *, CASE WHEN is_cold AND {options.InteractionCount} >= 4 * {options.UserCount} THEN 1 + bits(h2, 16, 65535) % 3 ELSE 1 END AS base FROM weighed
        ), summed AS (
            SELECT *,
                sum(weight) OVER (ORDER BY user ROWS UNBOUNDED PRECEDING)::HUGEINT AS upto,
                sum(weight) OVER ()::HUGEINT AS total,
                {options.InteractionCount} - sum(base) OVER ()::HUGEINT AS spare
            FROM based
        ), liking AS (
            SELECT *, ranked(unit(h2, 32), {catalogue.SceneCount}, {SceneRankOffset}) * 37 % {catalogue.SceneCount} AS scene1 FROM summed
        )
        SELECT user, (user + user // 233)::INTEGER AS id,
            (base + upto * spare // total - (upto - weight) * spare // total)::INTEGER AS n,
            first_day, {options.Days} - first_day AS days, scene1::INTEGER AS scene1,
            ((CASE WHEN unit(hash(user, {Salt(2)}), 0) < 0.6 THEN scene1 // {catalogue.ScenesPerGenre} ELSE (scene1 // {catalogue.ScenesPerGenre} + 1) % {YandexCatalogue.GenreCount} END)
                * {catalogue.ScenesPerGenre} + bits(hash(user, {Salt(2)}), 16, 65535) % {catalogue.ScenesPerGenre})::INTEGER AS scene2,
            ranked(unit(hash(user, {Salt(2)}), 32), {catalogue.SceneCount}, {SceneRankOffset}) * 37 % {catalogue.SceneCount} AS scene3
        FROM liking ORDER BY user
        """);

    /// <summary>
    /// All interactions by user and time. A session stays in one scene, mostly one of the user's three, and is one of an artist
    /// whom the user likes (tracks in their order, from one on) or of the scene: a favourite again, the track that often
    /// follows the one before, or any by popularity. Sessions are spread evenly over a user's days from a moment of the user's own on,
    /// so that no day of the log is like no other.
    /// </summary>
    public string Interactions(string users) => Text(
        $"""
        WITH blocks AS (
            SELECT *, unnest(range(0, (n + 15) // 16)) AS block FROM {users}
        ), parts AS (
            SELECT *, 3 + bits(hash(user, block, {Salt(3)}), 0, 65535) % 5 AS first_end, 3 + bits(hash(user, block, {Salt(3)}), 16, 65535) % 5 AS second_length,
                unnest([0, 1, 2]) AS part
            FROM blocks
        ), sessions AS (
            SELECT user, id, n, first_day, days, scene1, scene2, scene3,
                block * 3 + part AS session, (n + 15) // 16 * 3 AS session_count, hash(user, block * 3 + part, {Salt(4)}) AS hs,
                (block * 16 + CASE part WHEN 0 THEN 0 WHEN 1 THEN first_end ELSE first_end + second_length END)::INTEGER AS first_listen,
                least(n, block * 16 + CASE part WHEN 0 THEN first_end WHEN 1 THEN first_end + second_length ELSE 16 END)::INTEGER AS end_listen
            FROM parts
        ), in_scene AS (
            SELECT *,
                CASE WHEN bits(hs, 0, 1023) < 460 THEN scene1 WHEN bits(hs, 0, 1023) < 720 THEN scene2 WHEN bits(hs, 0, 1023) < 850 THEN scene3
                    ELSE ranked(unit(hs, 40), {catalogue.SceneCount}, {SceneRankOffset}) * 37 % {catalogue.SceneCount} END AS scene,
                CASE WHEN session_count < days THEN floor((session + unit(hash(user, {Salt(6)}), 0)) * days / session_count) + 0.98 * unit(hs, 30)
                    ELSE (session + 0.5 * unit(hs, 30)) * days / session_count END AS moment
            FROM sessions WHERE first_listen < end_listen
        ), liked AS (
            SELECT in_scene.*, scene_first, scene_size,
                scene_first + ranked(unit(hash(user, scene, floor(8 * unit(hs, 20) * unit(hs, 20))::INTEGER), 0), scene_size, {TrackRankOffset}) AS position
            FROM in_scene JOIN scenes USING (scene)
        ), begun AS (
            SELECT user, id, scene, scene_first, scene_size, first_listen, end_listen, artist_first, artist_size,
                artist_size >= 4 AND bits(hs, 10, 1023) < 380 AS is_of_artist,
                ranked(unit(hs, 48), artist_size, 1.5) AS artist_rank,
                first_day * 86400000000 + floor(moment)::BIGINT * 86400000000 + (3600000000 * of_day(moment - floor(moment)))::BIGINT AS begins_at,
                least(230e6, 0.5 * days / session_count * 15 * 3600e6 / (end_listen - first_listen))::BIGINT AS pace
            FROM liked JOIN positions USING (position)
        ), listens AS (
            SELECT *, unnest(range(first_listen, end_listen))::INTEGER AS listen FROM begun
        ), hashed AS (
            SELECT *, hash(user, listen, {Salt(5)}) AS h FROM listens
        ), placed AS (
            SELECT id, listen, h,
                {FirstDayMicroseconds} + begins_at + (listen - first_listen) * pace + bits(h, 40, 65535) * pace // 200000 AS listened_at,
                bits(h, 48, 65535) < 100 AS is_unknown,
                CASE WHEN is_of_artist THEN artist_first + (artist_rank + listen - first_listen) % artist_size END AS of_artist,
                CASE WHEN is_of_artist THEN NULL ELSE scene_first + CASE
                    WHEN bits(h, 0, 1023) < 300
                        THEN ranked(unit(hash(user, scene, floor(24 * unit(h, 10) * unit(h, 10))::INTEGER), 0), scene_size, {TrackRankOffset})
                    WHEN bits(h, 0, 1023) < 550
                        THEN least(scene_size - 1, 1 + ranked(unit(hash(user, listen - 1, {Salt(5)}), 26), scene_size, {TrackRankOffset}))
                    ELSE ranked(unit(h, 26), scene_size, {TrackRankOffset}) END END AS position
            FROM hashed
        ), chosen AS (
            SELECT placed.*, coalesce(of_artist, positions.track) AS chosen_track FROM placed LEFT JOIN positions USING (position)
        )
        SELECT id AS user_id,
            (CASE WHEN is_unknown THEN {FirstUnknownTrackId} + bits(h, 0, 4095) ELSE {YandexCatalogue.TrackIdSql("chosen_track")} END)::INTEGER AS track_id,
            (listen + 1)::SMALLINT AS track_seq,
            make_timestamp(listened_at) AS started_at
        FROM chosen
        """);

    private static long FirstDayMicroseconds => LakeTime.ToMicroseconds(new DateTimeOffset(2022, 1, 1, 0, 0, 0, TimeSpan.Zero));

    // Distinct for each seed and use.
    private long Salt(int use) => ((long)options.Seed * 16) + use;

    private static string Text(FormattableString sql) => sql.ToString(CultureInfo.InvariantCulture);
}
