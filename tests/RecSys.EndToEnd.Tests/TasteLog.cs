using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Events.V1;

namespace RecSys.EndToEnd.Tests;

/// <summary>A log in which it is plain what should be recommended: users hear tracks of one of two tastes only.</summary>
internal static class TasteLog
{
    public const int TracksOfTaste = 40;

    public static readonly DateTimeOffset Start = new(2026, 1, 5, 18, 0, 0, TimeSpan.Zero);

    internal sealed record Play(string User, string Track, DateTimeOffset Time)
    {
        public Listen ToListen() => new() { UserId = User, TrackId = Track, ListenTime = Time.ToTimestamp() };
    }

    /// <summary>Every user plays 15 tracks of the taste, each user another part of it.</summary>
    public static IEnumerable<Play> Plays(string userPrefix, string taste, int users, int seed)
    {
        var random = new Random(seed);
        for (var user = 0; user < users; user++)
        {
            var time = Start.AddMinutes(random.Next(60 * 24 * 20));
            foreach (var track in Enumerable.Range(0, TracksOfTaste).OrderBy(_ => random.Next()).Take(15))
            {
                yield return new Play($"{userPrefix}-{user}", $"{taste}-{track}", time);
                time = time.AddMinutes(4);
            }
        }
    }
}
