using System.Text;
using System.Text.RegularExpressions;
using RecSys.Contracts;

namespace RecSys.Hosting.Tests.Errors;

public sealed class IdTextTests
{
    [Theory]
    [InlineData("x", 256, null)]
    [InlineData("x", 257, "must have at most 256 characters, has 257")]
    [InlineData("é", 256, null)]
    [InlineData("🎧", 256, null)]
    [InlineData("🎧", 257, "must have at most 256 characters, has 257")]
    public void Characters_are_code_points(string character, int count, string? problem) =>
        IdText.ProblemOfId(string.Concat(Enumerable.Repeat(character, count))).ShouldBe(problem);

    [Theory]
    [InlineData(" ")]
    [InlineData("\u00A0\u3000\u2028")]
    public void A_blank_id_is_refused_and_a_blank_text_is_not(string blank)
    {
        IdText.ProblemOfId(blank).ShouldBe("must not be blank");
        IdText.ProblemOfText(blank, 10).ShouldBeNull();
    }

    [Theory]
    [InlineData("🎧\u0007", "must not contain control characters, has U+0007 at position 1")]
    [InlineData("a\u0085", "must not contain control characters, has U+0085 at position 1")]
    [InlineData("🎧🎧\uFFFD", "must be valid UTF-8, has U+FFFD at position 2")]
    public void Refused_characters_are_named_with_their_place(string id, string problem) => IdText.ProblemOfId(id).ShouldBe(problem);

    [Fact]
    public void The_pattern_for_queries_says_the_same()
    {
        foreach (var character in Enumerable.Range(0, 0x11_0000).Where(Rune.IsValid).Select(value => new Rune(value).ToString()))
        {
            Regex.IsMatch(character, IdText.RefusedPattern).ShouldBe(IdText.ProblemOfId(character) is not null, character);
            Regex.IsMatch("a" + character, IdText.RefusedPattern).ShouldBe(IdText.ProblemOfId("a" + character) is not null, character);
        }
    }

    [Fact]
    public void Strict_UTF_8_replaces_nothing()
    {
        Should.Throw<DecoderFallbackException>(() => IdText.StrictUtf8.GetString([0xC3, 0x28]));
        Should.Throw<EncoderFallbackException>(() => IdText.StrictUtf8.GetBytes("x\uD83C"));
        IdText.StrictUtf8.GetPreamble().ShouldBeEmpty();
    }
}
