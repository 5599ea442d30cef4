using System.Text;
using RecSys.Serving.Grpc;
using RecSys.Serving.Histories;

namespace RecSys.Serving.Tests.Grpc;

public sealed class PageTokenTests
{
    private static readonly HistoryPosition Position = new(1_700_000_000_123_456, "träck/=+ 🎵");

    [Fact]
    public void A_history_token_reads_as_it_was_made()
    {
        HistoryPageToken.TryRead("user", HistoryPageToken.Make("user", Position), out var read).ShouldBeTrue();

        read.ShouldBe(Position);
    }

    [Fact]
    public void A_popular_token_reads_as_it_was_made()
    {
        PopularPageToken.TryRead(PopularPageToken.Make("20261121T204455Z-1f3a", 130), out var version, out var shown).ShouldBeTrue();

        (version, shown).ShouldBe(("20261121T204455Z-1f3a", 130));
    }

    [Fact]
    public void A_token_says_nothing_that_a_person_could_read_and_needs_no_escaping_in_an_address()
    {
        var token = HistoryPageToken.Make("user", Position);

        token.ShouldAllBe(character => char.IsAsciiLetterOrDigit(character) || character == '-' || character == '_');
    }

    [Fact]
    public void Another_users_token_is_refused() =>
        HistoryPageToken.TryRead("other", HistoryPageToken.Make("user", Position), out _).ShouldBeFalse();

    [Fact]
    public void Another_lists_token_is_refused()
    {
        HistoryPageToken.TryRead("user", PopularPageToken.Make("v1", 10), out _).ShouldBeFalse();
        PopularPageToken.TryRead(HistoryPageToken.Make("user", Position), out _, out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("x")]
    [InlineData("not a token")]
    [InlineData("AAAA")]
    [InlineData("AQAAAAAAAAAA")]
    [InlineData("==")]
    public void What_is_no_token_is_refused(string token)
    {
        HistoryPageToken.TryRead("user", token, out _).ShouldBeFalse();
        PopularPageToken.TryRead(token, out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void Every_altered_character_and_every_cut_is_noticed()
    {
        var token = HistoryPageToken.Make("user", Position);
        for (var i = 0; i < token.Length; i++)
        {
            var altered = new StringBuilder(token) { [i] = token[i] == 'A' ? 'Q' : 'A' }.ToString();
            HistoryPageToken.TryRead("user", altered, out _).ShouldBeFalse($"character {i}");
            HistoryPageToken.TryRead("user", token[..i], out _).ShouldBeFalse($"the first {i} characters");
        }
    }

    [Fact]
    public void A_very_long_text_is_refused_without_being_decoded() =>
        HistoryPageToken.TryRead("user", new string('A', 1_000_000), out _).ShouldBeFalse();
}
