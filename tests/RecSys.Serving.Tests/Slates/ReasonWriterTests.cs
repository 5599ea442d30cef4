using RecSys.Contracts.Common.V1;
using RecSys.Serving.Slates;

namespace RecSys.Serving.Tests.Slates;

public sealed class ReasonWriterTests
{
    private static readonly Dictionary<string, Track> Catalogue = new()
    {
        ["named"] = new Track { TrackId = "named", Title = "Blue in Green", Artist = "Miles Davis" },
        ["untitled"] = new Track { TrackId = "untitled" },
        ["unsung"] = new Track { TrackId = "unsung", Title = "Traditional" },
    };

    [Theory]
    [InlineData("similar named", "Because you played Blue in Green by Miles Davis")]
    [InlineData("similar unsung", "Because you played Traditional")]
    [InlineData("similar untitled", "Because you played track untitled")]
    [InlineData("similar", "It resembles what you played")]
    [InlineData("als", "Listeners with your taste play this")]
    [InlineData("als, similar named", "Listeners with your taste play this, and it is close to Blue in Green by Miles Davis, which you played")]
    [InlineData("similar named, als", "Because you played Blue in Green by Miles Davis")]
    [InlineData("popular 312", "Popular: 312 listeners")]
    [InlineData("popular 1", "Popular: 1 listener")]
    [InlineData("popular 1234567", "Popular: 1,234,567 listeners")]
    [InlineData("popular 0", "Popular with all listeners")]
    public void The_strongest_source_gives_the_reason(string sources, string reason)
    {
        var track = new SlateTrack("t", 1, [.. sources.Split(", ").Select(Source)]);

        ReasonWriter.Write(track, trackId => Catalogue[trackId]).ShouldBe(reason);
    }

    private static SlateSource Source(string text) => text.Split(' ') switch
    {
        ["similar", var because] => new(CandidateSource.Similar, 0.5, because),
        ["similar"] => new(CandidateSource.Similar, 0.5),
        ["popular", var listeners] => new(CandidateSource.Popular, int.Parse(listeners)),
        _ => new(CandidateSource.Als, 0.9),
    };
}
