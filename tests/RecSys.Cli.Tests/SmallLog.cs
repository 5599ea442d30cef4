using System.Globalization;

namespace RecSys.Cli.Tests;

/// <summary>A log of two tastes as a triples file.</summary>
internal static class SmallLog
{
    public const int UserCount = 60;

    /// <summary>Writes user, track, plays and time; returns the number of rows.</summary>
    public static int Write(string path)
    {
        var random = new Random(5);
        var rows = new List<string> { "user,item,weight,time" };
        for (var user = 0; user < UserCount; user++)
        {
            var taste = user % 2 == 0 ? "folk" : "techno";
            var time = new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(random.Next(60 * 24 * 60));
            foreach (var track in Enumerable.Range(0, 40).OrderBy(_ => random.Next()).Take(20))
            {
                time = time.AddHours(random.Next(1, 60));
                rows.Add(string.Create(CultureInfo.InvariantCulture, $"user-{user},{taste}-{track},{random.Next(1, 6)},{time.ToUnixTimeSeconds()}"));
            }
        }

        File.WriteAllLines(path, rows);
        return rows.Count - 1;
    }
}
